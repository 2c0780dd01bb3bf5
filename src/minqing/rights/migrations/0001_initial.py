"""Personal codes, their sessions, and what residents ask about their own files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import minqing.kernel.ids
import minqing.kernel.sealed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("cases", "0004_rights"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code_hash", models.BinaryField(max_length=16, unique=True)),
                ("proof_hash", models.BinaryField(max_length=16)),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("self", "本人"),
                            ("guardian", "监护人"),
                            ("agent", "受托人"),
                            ("kin", "近亲属"),
                        ],
                        max_length=10,
                    ),
                ),
                ("holder_name", minqing.kernel.sealed.SealedField(blank=True, null=True)),
                (
                    "document",
                    models.CharField(
                        choices=[
                            ("id_card", "居民身份证原件"),
                            ("household_book", "居民户口簿原件"),
                            ("birth_certificate", "出生医学证明原件"),
                            ("guardianship", "监护关系证明（法院、民政部门或村居委会出具）"),
                            ("power_of_attorney", "本人签名的委托书和双方身份证原件"),
                            ("kinship", "亲属关系证明和死亡证明"),
                        ],
                        max_length=30,
                    ),
                ),
                ("number_agreed", models.BooleanField()),
                ("handed_at", models.DateTimeField()),
                ("handed_by_label", models.CharField(max_length=120)),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.CharField(blank=True, max_length=200)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("blocked_until", models.DateTimeField(null=True)),
                (
                    "handed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.resident"
                    ),
                ),
            ],
            options={
                "db_table": "personal_code",
            },
        ),
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("correction", "更正"),
                            ("copy", "领纸质副本"),
                            ("erasure", "删除"),
                            ("objection", "撤回同意或提出异议"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("name", "姓名"),
                            ("sex", "性别"),
                            ("birth_date", "出生日期"),
                            ("id_number", "证件号"),
                            ("phone", "电话"),
                            ("occupation", "职业"),
                            ("presence", "居住状态"),
                            ("away_at", "外出去向"),
                            ("origin", "户籍地"),
                            ("address_note", "住址备注"),
                            ("home", "所在的户"),
                            ("tag", "标签"),
                            ("visit", "走访记录"),
                            ("case", "事项"),
                            ("other", "其他"),
                            ("everything", "全部"),
                        ],
                        max_length=20,
                    ),
                ),
                ("item_id", models.UUIDField(null=True)),
                ("words", minqing.kernel.sealed.SealedField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("granted", "同意"),
                            ("refused", "不同意"),
                            ("declined", "不予受理"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=120)),
                ("decided_at", models.DateTimeField(null=True)),
                ("carried_out_at", models.DateTimeField(null=True)),
                ("done", models.JSONField(default=list)),
                (
                    "carried_out_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "concerns",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.resident"
                    ),
                ),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.personalcode",
                    ),
                ),
            ],
            options={
                "db_table": "data_request",
            },
        ),
        migrations.CreateModel(
            name="PersonalSession",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=minqing.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=16, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "code",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rights.personalcode",
                    ),
                ),
            ],
            options={
                "db_table": "personal_session",
            },
        ),
        migrations.AddConstraint(
            model_name="personalcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("resident", "holder"),
                name="personal_code_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(fields=["resident", "asked_at"], name="data_request_resident"),
        ),
        migrations.AddIndex(
            model_name="datarequest",
            index=models.Index(fields=["asked_at"], name="data_request_asked"),
        ),
        migrations.AddIndex(
            model_name="personalsession",
            index=models.Index(fields=["seen_at"], name="personal_session_seen"),
        ),
    ]
