"""Who may do what with lists, their items and versions: the cells of `expectations`."""

from tests.authorization.tables import Table, table

SEES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
published                401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
draft                    401    404      404   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""A published list is for everybody; a draft is its region's."""

WRITES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
published                401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

READS_VERSION = {name: SEES[name] for name in ("published", "absent")}

TAKES = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
published                401    403      403   403   403    403 403      403     yes     403   yes  403       yes      403      yes   yes
draft                    401    404      404   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table
"""For an organization that the liaison speaks for; the desk may for any."""

PARTY = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      404     yes     404   403  404       403      403      403   403
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   403
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

ASKER = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      404     403     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

BOTH = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
unit's                   401    404      404   404   404    404 404      404     yes     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

OF_A_LINE = {name: WRITES[name] for name in ("published", "elsewhere", "absent")}

SEES_SUGGESTION = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      yes   404   404    404 404      404     404     404   yes  404       yes      yes      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

SPEAKS_TO = table("""
                         nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
filer's                  401    404      403   404   404    404 404      404     404     404   yes  404       yes      403      yes   yes
elsewhere                401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   yes
absent                   401    404      404   404   404    404 404      404     404     404   404  404       404      404      404   404
""")  # noqa: E501 - a table

PLAIN = table("""
                                      nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
GET /lists                            401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /lists                           401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
GET /list-items                       401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /takings                          401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /bookings                         401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /contributions                    401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /suggestions                      401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
GET /suggestions desk                 401    403      403   403   403    403 403      403     403     403   yes  yes       yes      yes      yes   yes
POST /suggestions                     401    yes      yes   yes   yes    yes yes      yes     yes     yes   yes  yes       yes      yes      yes   yes
POST /suggestions for somebody        401    403      403   403   403    403 403      403     403     403   yes  403       yes      403      yes   yes
""")  # noqa: E501 - a table

OF_THINGS: dict[str, Table] = {
    "GET /lists/{list_id}": SEES,
    "GET /lists/{list_id}/versions": SEES,
    "POST /lists/{list_id}/items": WRITES,
    "POST /lists/{list_id}/publish": WRITES,
    "GET /list-versions/{version_id}": READS_VERSION,
    "GET /list-versions/{version_id}/pdf": READS_VERSION,
    "GET /list-versions/{version_id}/xlsx": READS_VERSION,
    "GET /list-items/{item_id}": SEES,
    "PUT /list-items/{item_id}": WRITES,
    "POST /list-items/{item_id}/withdraw": WRITES,
    "POST /list-items/{item_id}/demands": WRITES,
    "POST /list-items/{item_id}/milestones": WRITES,
    "POST /list-items/{item_id}/pairings": WRITES,
    "POST /list-items/{item_id}/contributions": WRITES,
    "POST /list-items/{item_id}/takings": TAKES,
    "POST /list-items/{item_id}/bookings": TAKES,
    "GET /list-items/{item_id}/fits": SEES,
    "GET /list-items/{item_id}/times": SEES,
    "POST /takings/{taking_id}/accept": PARTY,
    "POST /takings/{taking_id}/decline": PARTY,
    "POST /takings/{taking_id}/withdraw": ASKER,
    "POST /takings/{taking_id}/finish": ASKER,
    "POST /takings/{taking_id}/give-up": BOTH,
    "POST /milestones/{milestone_id}/reach": OF_A_LINE,
    "POST /pairings/{pairing_id}/end": OF_A_LINE,
    "POST /bookings/{booking_id}/hand-over": ASKER,
    "POST /bookings/{booking_id}/return": ASKER,
    "POST /bookings/{booking_id}/cancel": BOTH,
    "POST /contributions/{contribution_id}/reverse": ASKER,
    "GET /suggestions/{suggestion_id}": SEES_SUGGESTION,
    "POST /suggestions/{suggestion_id}/answer": SPEAKS_TO,
    "POST /suggestions/{suggestion_id}/accept": SPEAKS_TO,
    "POST /suggestions/{suggestion_id}/refuse": SPEAKS_TO,
}

FIELDS = """
Became               id number state result slots claimed filed_at closed_at
BookingOut           id item_id title region_code starts_at ends_at quantity organization_id organization purpose state handed_over_at ended_at overdue reason actions
ContributedOut       money people goods
ContributionOut      id item_id kind amount what unit organization_id organization giver given_on noted_at reverses_id reason
FitOut               item_id title owner region_name score reasons paired
FitReasonOut         code text
GoodsOut             what unit quantity
ListItemOut          id list_id kind region_code region_name title detail category owner_id owner mode form slots skills quantity unit published_at withdrawn_at reason demands milestones paired contributed actions
ListLine             item_id title detail category owner mode form slots skills quantity unit
ListOut              id kind region_code region_name year version published_at actions
MilestoneOut         id title due_on reached_at note overdue
PairedOut            id item_id title owner
SuggestionOut        id region_code region_name text author activity_id raised_at due_at overdue state answer item_id ended_at actions
TakingOut            id item_id title region_code organization_id organization state begun_at taken_at ended_at reason actions
TimeOut              starts_at ends_at quantity
VersionBrief         id list_id number published_at
VersionOut           id list_id number published_at title lines
"""  # noqa: E501 - a table
"""What answers hold: who gave, who booked and whose a suggestion is stand only where the reader may know it."""
