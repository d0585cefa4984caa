"""The figures of decisions: what counts, for whom, on which day, and how a share is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from objections import figures
from objections.figures import Behind, Figures, Period, decisions_behind, figures_of
from objections.models import Decision, Objection, QualityReview, Team
from objections.services.quality import set_members
from objections.shares import Share, wilson
from objections.statuses import DECIDED_STATUSES
from tests import personas
from tests.objections.cases import (
    approved,
    documents_wanted,
    proposed,
    reason_of,
    riyadh,
)
from tests.objections.sampling import (
    DECIDED,
    REVIEWED,
    decided_one,
    drawn,
    filed_one,
    reviewed,
    years_of_decisions,
)
from tests.personas import staff
from tests.plans import plan_of

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES
PERIOD = Period(date(2026, 11, 1), date(2026, 11, 22))
FIGURES = "/admin/objections/qualitysample/figures/"


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.00006)


def test_few_are_said_as_numbers() -> None:
    assert Share(9, 9).is_few
    many = Share(9, 10)
    assert not many.is_few
    assert (many.percent_text, many.low_text, many.high_text) == ("90%", "60%", "98%")


def by_key(dimension: figures.Dimension, period: Period = PERIOD) -> dict[str, Figures]:
    return {row.key: row for row in figures_of(period)[dimension]}


@pytest.mark.django_db
class TestFigures:
    @pytest.fixture(autouse=True)
    def _clock(self) -> Iterator[None]:
        with time_machine.travel(REVIEWED, tick=True):
            yield

    def test_what_is_counted(self) -> None:
        decided_one(result={"reason_codes": ["LEASE_NOT_PROVEN", "ASSETS"]})
        changed = decided_one(result={"reason_codes": ["ASSETS"]})
        decided_one(decision=REJECTED, result={"reason_codes": ["ASSETS"]})
        drawn(size=3)
        reviewed()
        reviewed()
        reviewed()
        later = proposed(changed, staff(), decision=REJECTED, supersede_reason="خطأ.", now=REVIEWED)
        approved(later, now=REVIEWED)
        [whole] = figures_of(PERIOD)["all"]
        counts = (whole.decided, whole.reviewed, whole.agreed, whole.overturned)
        assert counts == (4, 3, 2, 1)
        assert whole.differed == 1
        reasons = by_key("reason")
        accepted = reasons[reason_of(ACCEPTED).code]
        assert (accepted.decided, accepted.agreed, accepted.overturned) == (2, 2, 1)
        contested = by_key("contested")
        assert (contested["ASSETS"].decided, contested["LEASE_NOT_PROVEN"].decided) == (4, 1)
        assert by_key("outcome")["rejected"].decided == 2

    def test_a_decision_of_the_same_outcome_overturns_nothing(self) -> None:
        case = decided_one()
        again = proposed(case, staff(), supersede_reason="صياغة.", now=REVIEWED)
        approved(again, now=REVIEWED)
        assert figures_of(PERIOD)["all"][0].overturned == 0

    def test_a_decision_stays_with_the_team_in_which_it_was_proposed(self) -> None:
        clerk, other = staff(), staff()
        one = Team.objects.create(name_ar="الأول", name_en="One")
        two = Team.objects.create(name_ar="الثاني", name_en="Two")
        set_members(team=one, members=[clerk], now=DECIDED - timedelta(days=1))
        decided_one(clerk)
        set_members(team=two, members=[clerk], now=DECIDED + timedelta(days=1))
        decided_one(clerk, now=DECIDED + timedelta(days=2))
        decided_one(clerk, now=DECIDED + timedelta(days=2))
        decided_one(other)
        teams = by_key("team")
        counts = {key: row.decided for key, row in teams.items()}
        assert counts == {str(one.pk): 1, str(two.pk): 2, "": 1}

    def test_days_are_working_days_without_those_of_waiting(self) -> None:
        # Filed on Thursday the 12th in the evening; Friday and Saturday are no working days.
        decided_one(now=riyadh("2026-11-12 23:00:00"))
        decided_one(now=riyadh("2026-11-15 00:00:00"))
        decided_one(now=riyadh("2026-11-22 10:00:00"))
        waited = documents_wanted(filed_one(), clerk := staff(), now=riyadh("2026-11-15 09:00:00"))
        approved(
            proposed(waited, clerk, now=riyadh("2026-11-22 10:00:00")),
            now=riyadh("2026-11-22 10:00:00"),
        )
        rows = decisions_behind(PERIOD, Behind(), limit=10)
        assert sorted(elapsed for _pk, elapsed in rows if elapsed is not None) == [0, 1, 1, 6]
        [whole] = figures_of(PERIOD)["all"]
        assert (whole.timed, whole.median_days, whole.slow_days, whole.late) == (4, 1, 6, 0)

    def test_late_is_more_than_the_usual_days(self) -> None:
        on_time = decided_one(now=riyadh("2026-11-26 10:00:00"))
        late = decided_one(now=riyadh("2026-11-29 10:00:00"))
        period = Period(date(2026, 11, 1), date(2026, 11, 30))
        assert figures_of(period)["all"][0].lateness == Share(1, 2)
        [(pk, elapsed)] = decisions_behind(period, Behind(only="late"), limit=10)
        assert Decision.objects.get(pk=pk).objection == late
        assert elapsed == 11
        assert on_time.pk != late.pk

    def test_a_day_is_one_of_riyadh(self) -> None:
        decided_one(now=riyadh("2026-11-20 23:59:59"))
        decided_one(now=riyadh("2026-11-21 00:00:00"))
        day = date(2026, 11, 21)
        assert figures_of(Period(day, day))["all"][0].decided == 1

    def test_each_figure_is_as_long_as_its_list(self) -> None:
        team = Team.objects.create(name_ar="الأول", name_en="One")
        clerk = staff()
        set_members(team=team, members=[clerk], now=DECIDED - timedelta(days=1))
        decided_one(clerk)
        decided_one(decision=REJECTED)
        drawn()
        reviewed()
        reviewed()
        for dimension, rows in figures_of(PERIOD).items():
            for row in rows:
                wanted: dict[figures.Only, int] = {
                    "": row.decided,
                    "reviewed": row.reviewed,
                    "agreed": row.agreed,
                    "differed": row.differed,
                    "overturned": row.overturned,
                    "late": row.late,
                }
                for only, count in wanted.items():
                    behind = Behind(dimension, row.key, only)
                    assert len(decisions_behind(PERIOD, behind, limit=10)) == count, behind

    def test_the_list_pages_on_by_key(self) -> None:
        for _ in range(3):
            decided_one()
        first = decisions_behind(PERIOD, Behind(), limit=2)
        rest = decisions_behind(PERIOD, Behind(), after=first[-1][0], limit=2)
        assert [pk for pk, _days in first + rest] == sorted(
            Decision.objects.values_list("pk", flat=True), reverse=True
        )

    def test_a_period_without_decisions_has_figures_of_nothing(self) -> None:
        [whole] = figures_of(PERIOD)["all"]
        assert (whole.decided, whole.median_days, whole.agreement) == (0, None, Share(0, 0))

    def test_all_figures_are_two_statements_and_read_no_table_from_end_to_end(self) -> None:
        for _ in range(3):
            decided_one()
        with CaptureQueriesContext(connection) as caught:
            figures_of(PERIOD)
        assert len([query for query in caught if "objections_decision" in query["sql"]]) == 2
        facts = figures._facts(PERIOD) | {"key": "", "after": 0, "limit": 26}
        listed = figures._list_statement(Behind(only="reviewed"))
        years_of_decisions()
        for statement in (figures._FIGURES, figures._EARLIEST, listed):
            plan = plan_of(statement, facts, of=[Decision, Objection, QualityReview])
            assert "decision_put_in_force" in plan
            for table in ("decision", "objection", "qualityreview"):
                assert f"Seq Scan on objections_{table}" not in plan

    # The pages ----------------------------------------------------------------------

    def test_the_page_and_its_lists(self, client: Client) -> None:
        case = decided_one(result={"reason_codes": ["ASSETS"]})
        drawn()
        reviewed()
        personas.sign_in_staff(client, "supervisor")
        page = client.get(FIGURES)
        shown = str(page.content.decode())
        assert "1 من 1" in " ".join(_plain(shown).split())
        urls = {url for row in [page.context["whole"]] for url in row.urls.values()}
        urls |= {
            url for table in page.context["tables"] for r in table.rows for url in r.urls.values()
        }
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200
            assert (case.reference in str(answer.content.decode())) is not url.endswith(
                ("only=differed", "only=overturned", "only=late")
            )

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("first_day=2026-11-22&last_day=2026-11-01", "اليوم الأخير قبل الأول"),
            ("first_day=x&last_day=2026-11-01", "2027-02-10"),
            ("first_day=2026-11-01", "اكتب آخر يوم"),
            ("first_day=2026-11-01&last_day=2026-12-01", "لم يأت هذا اليوم"),
        ],
    )
    def test_a_wrong_period_is_asked_for_again(self, client: Client, query: str, says: str) -> None:
        personas.sign_in_staff(client, "supervisor")
        answer = client.get(f"{FIGURES}?{query}")
        assert answer.status_code == 200
        assert says in str(answer.content.decode())
        assert "2026-11-01" in str(answer.content.decode())

    @pytest.mark.parametrize(
        "query", ["by=x", "by=all&only=x", "by=all&after=-1", "by=all&first_day=x"]
    )
    def test_a_list_of_no_figure_is_refused(self, client: Client, query: str) -> None:
        personas.sign_in_staff(client, "supervisor")
        days = "first_day=2026-11-01&last_day=2026-11-22"
        assert client.get(f"{FIGURES}decisions/?{days}&{query}").status_code == 400

    def test_reasons_that_only_their_owner_reads_are_kept_from_others(self, client: Client) -> None:
        decided_one(result={"reason_codes": ["PRISON"]})
        personas.sign_in_staff(client, "auditor")
        shown = str(client.get(FIGURES).content.decode())
        assert "PRISON" not in shown
        assert "لا تظهر هنا الأسباب" in shown
        days = "first_day=2026-11-01&last_day=2026-11-22"
        answer = client.get(f"{FIGURES}decisions/?{days}&by=contested&key=PRISON")
        assert answer.status_code == 400


def _plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)
