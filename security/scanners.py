"""What programs that look for holes ask every server for; this one has none of it, so nobody asks for it by mistake."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One part between two slashes, in lower case, whole.
NAMES = _words(
    """
    xmlrpc.php wlwmanifest.xml wordpress wp wp1 wp2 wpad.dat eval-stdin.php phpunit thinkphp laravel-filemanager
    phpinfo phpinfo.php info.php php-info.php i.php pi.php phpversion.php php.php php_info.php test.php adminer adminer.php
    pma phpma myadmin mysqladmin mysql-admin mysqlmanager sqlmanager sqladmin sqlweb websql webdb dbadmin db-admin phppgadmin
    pgadmin pgadmin4 mysql phpmy php-myadmin mysqldumper msd typo3 typo3conf
    cgi-bin cgi-sys cgi-mod cgi-local cgibin cgi cgi-win fcgi-bin mailman bugzilla awstats nagios cacti zabbix
    actuator jolokia heapdump hystrix.stream gateway druid nacos eureka swagger-resources env.bak env.old env.save
    server-status server-info nginx_status php-fpm_status fpm-status status.xsl balancer-manager ldap-status caddy-status
    boaform boafrm goform gponform hnap1 setup.cgi cgi_main.cgi tmunblock.cgi webcm currentsetting.htm upnpdev wanipcn.xml
    picsdesc.xml wanipconn1 ctrlt deviceinfo soap.cgi onvif isapi psia dvr webdm formlogin formping
    solr jenkins hudson jenkins-cli.jar script-console descriptorbyname geoserver geonetwork kibana elasticsearch _cat _search
    _nodes _cluster _all_dbs _utils _config _users _session _snapshot _plugin _ignition _profiler _debugbar debugbar telescope
    horizon clockwork _wpeprivate __debug__ rails wp-json invoker jmx-console web-console jbossws jbossmq-httpil jboss
    axis2 axis2-admin wls-wsat _async uddiexplorer bea_wls_internal bea_wls_deployment_internal wlserver em jkstatus jk-status
    host-manager tomcat tomcat-docs struts struts2-showcase struts2-rest-showcase showcase.action spring4shell jspwiki
    jasperserver jasperserver-pro cfide cf_scripts lucee railo-context flex2gateway coldfusion openbravo openfire ofbiz
    webtools xmlrpc confluence jira seraph bitbucket teamcity artifactory nexus sonarqube gitlab gitea gogs phabricator
    owa ecp ews mapi autodiscover oab rpc aspnet_client _vti_bin _vti_inf.html _vti_pvt _layouts _catalogs iissamples iisadmin
    iisadmpwd msadc iisstart.htm reportserver trace.axd elmah.axd webresource.axd telerik.web.ui.webresource.axd certsrv
    remote dana-na dana-cached sslvpn sslvpnlogin globalprotect global-protect php-gwt tmui mgmt_tmui vpns vpn citrix netscaler
    logon.html nf +cscoe+ +cscot+ +webvpn+ fgt_lang sonicui cgi-f5 hsqldb f5-w tmshcmd.jsp saas vcenter websso sdk
    vsphere-client ui_vcenter horizon-client vmware folder.html zimbra zimbraadmin roundcube roundcubemail squirrelmail webmail
    rainloop horde mail2000 postfixadmin vesta cpanel whm whm-server-status plesk-stat webmin ispconfig directadmin froxlor
    administrator joomla joomla.xml drupal magento magento_version downloader bitrix prestashop opencart oscommerce zencart
    moodle mediawiki dokuwiki phpbb phpbb3 vbulletin vb xenforo umbraco sitecore sitefinity dotnetnuke dnn concrete5 craftcms
    fckeditor ckfinder kcfinder elfinder ueditor tinymce filemanager file-manager responsivefilemanager plupload uploadify
    jquery-file-upload blueimp connectors timthumb.php thumb.php
    shell shell.php c99.php r57.php b374k.php wso.php wso alfa.php alfa-rex.php alfacgiapi indoxploit.php mini.php marijuana.php
    up.php upl.php cmd.php webshell.php 1.php fw.php lock360.php radio.php simple.php about.php bypass.php
    node_modules bower_components composer.json composer.lock package.json package-lock.json yarn.lock gemfile
    gemfile.lock pipfile pipfile.lock dockerfile docker-compose.yml docker-compose.yaml docker-compose.override.yml jenkinsfile
    makefile vagrantfile procfile gruntfile.js gulpfile.js web.config webpack.config.js local_settings.py settings.py
    id_rsa id_dsa id_ecdsa id_ed25519 authorized_keys known_hosts passwd shadow htpasswd htaccess credentials.json
    client_secrets.json serviceaccountkey.json service-account.json firebase.json aws.yml aws-credentials s3cmd.ini secrets.yml
    secrets.json secrets.yaml database.yml parameters.yml wp-config sftp-config.json sftp.json ftpsync.settings
    env env.js env.json env.txt config.env prod.env dev.env local.env
    cvs entries.svn web-inf meta-inf bzr hg darcs rcs svn git
    phpsysinfo nmaplowercheck evox hudson-cli sitecore_shell muieblackcat zgrab w00tw00t sqlmap nessus nikto acunetix wvs
    acunetix-wvs-test-for-some-inexistent-file netsparker trinity.txt.bak dnscfg.cgi login.cgi login.action login.asp
    index.action portal.cgi userrpm webfig dashboard.xhtml aria2 jsonrpc mgmt wsman wsdl adfs simplesamlphp okta
    debug.log error_log access_log access.log error.log errors.log laravel.log dump.sql backup.sql database.sql db.sql mysql.sql
    """
) - {"sdk", "em", "rpc", "vb", "nf", "remote", "gateway", "makefile", "vpn", "env"}  # words that a person may type

# How one part begins.
STARTS = (
    "wp-", "phpmyadmin", "php-my-admin", "phpadmin", "adminer-", "mysql-admin", "id_rsa", "wp_", "wpcontent", "acunetix",
    "nmaplowercheck", "w00tw00t", "nice ports", "hnap", "_vti_", "cgi-bin", "docker-compose", "heapdump", "thinkphp",
    "env.", "appsettings.", "web.config", "phpinfo", "mod_cluster", "autodiscover", "nessus", "sqlmap", "nuclei", "shell?",
)  # fmt: skip

# Anything, wherever it stands: traversal (plain, or encoded twice), bytes that no path has, and injections.
ANYWHERE = re.compile(
    r"""
    \.\.[/;\\] | /\.\.(/|$) | \\ | [\x00-\x1f] | %(00|0[ad]|2e|2f|5c|25|c0|c1|u00) | \.\.%
    | \$\{ | \#\{ | %\{ | \{\{ | <\??[ ]*(script|img|svg|php|\!) | javascript: | jndi: | union[ +/*(]+(all[ +]+)?select
    | /etc/(passwd|shadow|hosts|group) | /proc/(self|version|cpuinfo) | win\.ini | boot\.ini | /windows/(system|win)
    | (^|/)(api/)?jsonws/ | /api/(jolokia|console/api_server|sonicos|v1/totp/user-backup-code) | /remote/login
    | /manager/(html|text|status) | /script/?$ | /console/(login|images|css|console\.portal|\.) | /debug/(pprof|default|vars)
    | ^/vendor/ | /v[0-9.]+/(_catalog|containers/json) | /containers/json | /sites/(default|all)/ | /storage/logs/
    | /login\.(action|do)$ | /public/index\.php | /think/app | /index\.php/ | /latest/meta-data | /computemetadata/
    | /portal/redlion | /evox/ | /ping\.cgi | /shell\?
    | /device\.rsp | /api/v1/pods | /ws/v1/cluster | /nifi(-api)?/ | /hybridity/ | /analytics/telemetry | /ui/vropspluginui
    | /mifs/ | /aspera/ | /moveitisapi | /guestaccess\.aspx | /human\.aspx | /xwiki/ | /geoserver/ | /zimbraadmin
    """,
    re.VERBOSE,
)

# Endings of what other servers run or leave lying about, and this one never serves.
EXTENSIONS = _words(
    """
    php php3 php4 php5 php7 php8 phps phtml phar pht inc asp aspx asa asax ascx ashx asmx axd cer jsp jspx jspf jhtml do action
    cgi pl pm fcgi cfm cfc cfml dll exe com msi bat cmd ps1 vbs sh bash nsf lua rb py pyc java class jar war ear
    sql sqlite sqlite3 sqlitedb db db3 mdb accdb dbf dump bak back backup bck bkp old orig original save sav swp swo tmp temp
    copy zip tar gz tgz bz2 tbz tbz2 xz txz lz lzma 7z rar z zst arj cab iso dmg deb rpm apk ipa
    log logs out err ini conf config cfg cnf properties props yml yaml toml env htaccess htpasswd passwd
    pem key crt cer p12 pfx jks keystore kdb kdbx ppk pgp gpg asc ovpn rdp pcap core dmp bin dat
    csproj sln vb cs swf xsql shtml shtm stm tpl twig blade lock psd bson rdb tf tfstate tfvars ipynb hprof
    """
)
