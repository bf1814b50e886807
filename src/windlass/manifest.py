"""Manifests: what an application or a DLL says of the side-by-side assemblies that it is and needs.

A manifest is XML, in a file or in a resource of type RT_MANIFEST. Only what redirects names is read: identity
and dependencies, files and COM classes.

Source: Microsoft, "Manifest Files Reference", "Assembly Manifests", "Application Manifests".
"""

from __future__ import annotations

from xml.parsers import expat

from windlass.light import NamedTuple

__all__ = ["BadManifest", "ComClass", "Identity", "Manifest", "parse"]

LARGEST = 4 << 20
DEEPEST = 32

_NAMESPACE = "urn:schemas-microsoft-com:asm.v1"
_SEPARATOR = " "


class BadManifest(ValueError):
    """The text is no manifest; the message says why."""


class Identity(NamedTuple):
    """What an assembly is called. Attributes that are not given are ""."""

    name: str
    version: str
    type: str = ""
    architecture: str = ""
    token: str = ""
    language: str = ""

    def is_met_by(self, other: Identity) -> bool:
        """Whether a private assembly of the other identity is the one that this reference asks for."""
        return (
            self.name.lower() == other.name.lower()
            and self.version == other.version
            and self.token.lower() == other.token.lower()
            and _same(self.architecture, other.architecture)
            and _same(self.language, other.language)
        )

    @property
    def encoded(self) -> str:
        """As QueryActCtx tells it."""
        attributes = {
            "language": self.language if self.language not in ("", "*", "neutral") else "",
            "processorArchitecture": self.architecture,
            "publicKeyToken": self.token,
            "type": self.type,
            "version": self.version,
        }
        return self.name + "".join(f',{key}="{value}"' for key, value in attributes.items() if value)


def _same(wanted: str, found: str) -> bool:
    return wanted in ("", "*", "neutral") or wanted.lower() == found.lower()


class ComClass(NamedTuple):
    """A COM class that a file serves without being registered."""

    clsid: str
    file: str
    threading_model: str


class Manifest:
    """What a manifest says.

    dependencies: identities and whether they may be missing.
    """

    def __init__(self) -> None:
        self.identity: Identity | None = None
        self.dependencies: list[tuple[Identity, bool]] = []
        self.files: list[str] = []
        self.com_classes: list[ComClass] = []


def parse(data: bytes) -> Manifest:
    """Read a manifest. BadManifest if it is none; declarations of entities, which could grow without bound,
    are not accepted.
    """
    if len(data) > LARGEST:
        raise BadManifest(f"{len(data)} bytes are too many for a manifest")
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadManifest(str(error)) from None
    return reader.manifest


class _Reader:
    """Follows the elements; a path of their names says where it stands."""

    def __init__(self) -> None:
        self.manifest = Manifest()
        self.path: list[str] = []
        self.optional = False
        self.parser = parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.EntityDeclHandler = self.refuse

    def refuse(self, *arguments: object) -> None:
        raise BadManifest("it declares an entity")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(_SEPARATOR)
        if not self.path and (name != "assembly" or namespace != _NAMESPACE):
            raise BadManifest(f"its root is {name}")
        self.path.append(name)
        if len(self.path) > DEEPEST:
            raise BadManifest(f"its elements are nested deeper than {DEEPEST}")
        where = "/".join(self.path[1:])
        if where == "assemblyIdentity":
            self.manifest.identity = _identity(attributes)
        elif where == "dependency":
            self.optional = attributes.get("optional", "no").lower() in ("yes", "true")
        elif where == "dependency/dependentAssembly/assemblyIdentity":
            self.manifest.dependencies.append((_identity(attributes), self.optional))
        elif where == "file" and attributes.get("name"):
            self.manifest.files.append(attributes["name"])
        elif where == "file/comClass" and self.manifest.files:
            clsid, model = attributes.get("clsid", ""), attributes.get("threadingModel", "")
            self.manifest.com_classes.append(ComClass(clsid.upper(), self.manifest.files[-1], model))

    def end(self, tag: str) -> None:
        self.path.pop()


def _identity(attributes: dict[str, str]) -> Identity:
    get = attributes.get
    if not get("name"):
        raise BadManifest("an assemblyIdentity has no name")
    return Identity(
        get("name", ""),
        get("version", ""),
        get("type", ""),
        get("processorArchitecture", ""),
        get("publicKeyToken", ""),
        get("language", ""),
    )
