from django.db import migrations

from security import triggers


class Migration(migrations.Migration):
    dependencies = [("security", "0002_gatehouse")]

    operations = [
        migrations.RunPython(
            lambda _, editor: triggers.install(editor.connection), lambda _, editor: triggers.remove(editor.connection)
        )
    ]
