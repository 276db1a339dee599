"""Words that never become a firm's address: our own hosts, names people trust, names that mislead."""

from __future__ import annotations

import re

RESERVED = frozenset(
    """
    about abuse academy access account accounts activate ad address admin administration administrator ads
    advocacy advocate advocates affiliate affiliates agency alerts alpha analytics announcements anonymous
    answers api apex app apps archive archives assets asset auth authentication autoconfig autodiscover
    avatar backup backups banner beta billing blog board boards bookings broadcasthost bugs business
    calendar careers case cases cdn changelog chat checkout child children client clients cloud code
    community compliance config connect console contact contacts contribute control cookies copyright
    corporate css customer customers dashboard data database db debug delete demo dev developer developers
    directory dmca dns docs document documents domain domains download downloads editor education email
    embed enterprise erase error errors events example examples export family families faq favicon feed
    feedback feeds file files find-my-firm firm firms forum forums ftp git group groups guest guests guide
    health help helpdesk home hook hooks host hosting hostmaster house html http https idea iep image images
    imap img import inbox info internal intranet invite invites invoice invoices ipad iphone irc isatap it
    jobs js json kit knowledge law legal letters licence license lists live livez lobby local localdomain
    localhost log login logout logs mail mail1 mailer mailer-daemon main manage manager marketing master
    me media member members message messages metrics mobile monitor my mysql network new news newsletter
    nobody noc none noreply no-reply notifications ns ns1 ns2 ns3 null oauth office official old operator
    operators order orders outbox owner parent parents partner partners password pay payment payments ping
    plans pop pop3 portal post postgres postmaster press preview pricing privacy private prod production
    profile progress proxy public readyz redis register registration releases report reports reset
    resources review reviews root roundtable rss sales sample sandbox school schools search secure security
    server service services session settings setup shared shop sign-in sign-up signin signup site sitemap
    sitemaps smtp spam ssl staff stage staging standins start static stats status store stripe student
    students subscribe sudo superuser support survey sysadmin system team teams tech terms test tester
    testing tests text texts today tour trust twilio undefined unsubscribe update updates upload uploads
    usenet user users uucp vendor video vpn web webdisk webmail webmaster website welcome widget wiki worker
    wpad www www1 www2 xml your yourself
    """.split()
)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")


def is_free_word(slug: str) -> bool:
    """Whether `slug` may be a firm's address: three to forty letters, digits or hyphens, not reserved."""
    return bool(LABEL.fullmatch(slug)) and slug not in RESERVED and not slug.startswith("xn--")
