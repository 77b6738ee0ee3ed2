"""Staff: who works here and may come into the console, with which role; their own account, and what was done."""

from handlers.dialogue import Feature
from handlers.staff import linking, pages, second_step_pages

FEATURE = Feature("staff", commands={"link": linking.link}, pages=[*pages.PAGES, *second_step_pages.PAGES], things=[pages.MEMBER])
