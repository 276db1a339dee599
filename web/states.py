"""Where IDEA's clocks run: the states, the District of Columbia, Puerto Rico and the outlying areas (20 U.S.C. 1401(22), (31))."""

from django.utils.translation import gettext_lazy as _

# Only the names that Spanish writes otherwise are for the catalogue.
STATES = [
    ("AL", "Alabama"), ("AK", "Alaska"), ("AZ", "Arizona"), ("AR", "Arkansas"), ("CA", "California"),
    ("CO", "Colorado"), ("CT", "Connecticut"), ("DE", "Delaware"), ("DC", _("District of Columbia")),
    ("FL", "Florida"), ("GA", "Georgia"), ("HI", _("Hawaii")), ("ID", "Idaho"), ("IL", "Illinois"),
    ("IN", "Indiana"), ("IA", "Iowa"), ("KS", "Kansas"), ("KY", "Kentucky"), ("LA", _("Louisiana")),
    ("ME", "Maine"), ("MD", "Maryland"), ("MA", "Massachusetts"), ("MI", _("Michigan")), ("MN", "Minnesota"),
    ("MS", _("Mississippi")), ("MO", _("Missouri")), ("MT", "Montana"), ("NE", "Nebraska"), ("NV", "Nevada"),
    ("NH", _("New Hampshire")), ("NJ", _("New Jersey")), ("NM", _("New Mexico")), ("NY", _("New York")),
    ("NC", _("North Carolina")), ("ND", _("North Dakota")), ("OH", "Ohio"), ("OK", "Oklahoma"), ("OR", _("Oregon")),
    ("PA", _("Pennsylvania")), ("RI", "Rhode Island"), ("SC", _("South Carolina")), ("SD", _("South Dakota")),
    ("TN", "Tennessee"), ("TX", "Texas"), ("UT", "Utah"), ("VT", "Vermont"), ("VA", "Virginia"),
    ("WA", "Washington"), ("WV", _("West Virginia")), ("WI", "Wisconsin"), ("WY", "Wyoming"),
    ("PR", "Puerto Rico"), ("GU", "Guam"), ("AS", _("American Samoa")), ("MP", _("Northern Mariana Islands")),
    ("VI", _("U.S. Virgin Islands")),
]  # fmt: skip

# The clock most people of a state live by (49 CFR part 71); where a state has two, the rest of them chooses.
_BY_ZONE = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
}
ZONE_OF = {state: zone for zone, states in _BY_ZONE.items() for state in states.split()}
