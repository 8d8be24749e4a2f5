"""Settings: read once from the environment, in an entrance, and passed on."""

import re
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator can set; each field is the variable ADEPT_ + its name."""

    model_config = SettingsConfigDict(env_prefix="ADEPT_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("var"), description="Where the SQLite file, demo.json and backups lie."
    )
    database_url: str = Field(
        default="",
        description="sqlite:///FILE or postgresql+psycopg://...; empty: adept.sqlite in data_dir.",
    )
    host: str = Field(default="127.0.0.1", description="The address the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port the server listens on.")
    public_url: str = Field(
        default="",
        description="Where people reach the service; https makes its cookies Secure.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses, separated by commas, whose X-Forwarded headers are believed.",
    )
    language: str = Field(
        default="en", description="The language of the candidate's pages, where there are words."
    )
    grace_seconds: int = Field(
        default=20, ge=0, le=300, description="How long after the deadline a save is accepted."
    )
    sweep_seconds: float = Field(
        default=5.0, gt=0, description="How often the server ends sittings whose time is over."
    )
    board_refresh_seconds: int = Field(
        default=20, ge=5, description="How often the board's page of sittings reloads itself."
    )
    assembly_seconds: float = Field(
        default=0.5,
        ge=0.05,
        le=30,
        description="How long the search for the best paper may take at each block.",
    )
    max_body_bytes: int = Field(
        default=65536, ge=1024, description="The largest request body that is read."
    )
    sign_in_attempts: int = Field(
        default=8, ge=3, description="Wrong codes in a row before a number has to wait."
    )
    sign_in_wait_seconds: int = Field(
        default=60, ge=1, description="How long a number waits after too many wrong codes."
    )
    argon2_memory_kib: int = Field(
        default=65536,
        ge=1024,
        le=4194304,
        description="Memory that checking a staff password takes: what makes guessing costly.",
    )
    staff_session_hours: int = Field(
        default=12, ge=1, description="How long a staff sign-in lasts."
    )
    token_minutes: int = Field(default=60, ge=1, description="How long a bearer token lasts.")
    threads: int = Field(
        default=6, ge=2, le=64, description="Requests that one worker works on at once."
    )
    pool_size: int = Field(
        default=16, ge=2, description="PostgreSQL connections that one worker may hold."
    )

    @field_validator("public_url")
    @classmethod
    def _has_a_scheme(cls, given: str) -> str:
        # Without its scheme nobody could tell that cookies have to be Secure.
        if given and not re.fullmatch(r"https?://[^/\s]+/?", given):
            raise ValueError("write it like https://exams.example.org, without a path")
        return given

    def url(self) -> str:
        """Return the database's address."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'adept.sqlite'}"

    def origin(self) -> str:
        """Return the address people use, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def is_secure(self) -> bool:
        """Say whether people come by https."""
        return self.public_url.startswith("https://")
