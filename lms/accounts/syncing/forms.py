"""What leads send and decide on the page of the organisation."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from lms.accounts.syncing.lists import JOB_GROUPS, PEOPLE, SITES

NO_FILE = "No file was sent. Choose at least one."


class ListForm(FlaskForm):  # type: ignore[misc]
    """The files of a full list; one is enough."""

    people = FileField(
        "People",
        description=f"{PEOPLE}: email, name, site; if you like, staff_number, job_group, line_manager, manager, "
        "site_name. It must name everyone: who is not in it leaves.",
        render_kw={"accept": ".csv,text/csv"},
    )
    sites = FileField(
        "Sites",
        description=f"{SITES}: code, name; if you like, parent, kind. Sites that it does not name stay.",
        render_kw={"accept": ".csv,text/csv"},
    )
    job_groups = FileField(
        "Job groups",
        description=f"{JOB_GROUPS}: code, name; if you like, counts_as_manager. Groups that it does not name stay.",
        render_kw={"accept": ".csv,text/csv"},
    )

    def files(self) -> dict[str, bytes]:
        """What was sent, by the name that it has in a folder."""
        fields = {PEOPLE: self.people, SITES: self.sites, JOB_GROUPS: self.job_groups}
        return {name: field.data.read() for name, field in fields.items() if field.data}


class CarryOutForm(FlaskForm):  # type: ignore[misc]
    """That what was shown is to be done."""

    digest = HiddenField()
    """Of what was shown: if something else would happen by now, it is shown anew."""
    same_people = BooleanField("I have made sure that whoever comes back under another name is the same person")
    many_leave = BooleanField("I have looked at who would leave, and the list is whole")
