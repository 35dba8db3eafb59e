"""Reads a calendar with an independent client: read_calendar.py URL.

One line per event on stdout: start, end (UTC) and UID.
"""

import sys
from datetime import timezone

import caldav

client = caldav.DAVClient(url=sys.argv[1], username="cabinet", password="secret")
for event in caldav.Calendar(client=client, url=sys.argv[1]).events():
    for part in event.icalendar_instance.walk("VEVENT"):
        start = part["DTSTART"].dt.astimezone(timezone.utc)
        end = part["DTEND"].dt.astimezone(timezone.utc)
        print(f"{start:%Y-%m-%dT%H:%M:%SZ} {end:%Y-%m-%dT%H:%M:%SZ} {part['UID']}")
