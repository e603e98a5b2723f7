from django.db import migrations

from security import triggers


class Migration(migrations.Migration):
    dependencies = [("security", "0006_proof")]

    operations = [migrations.RunPython(lambda _, editor: triggers.install(editor.connection), migrations.RunPython.noop)]
