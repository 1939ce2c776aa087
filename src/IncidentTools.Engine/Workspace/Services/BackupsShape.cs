using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>backups</c>: what it is restored from, and how. The first is the one that runbooks take unless told otherwise.</summary>
internal static class BackupsShape
{
    private static readonly ListShape Line = ListOf(Text) with { MinItems = 1 };
    // a connection string (:drive,token=…:) would put secrets into a process list
    private static readonly ScalarShape Remote = Text with { Pattern = @"^[A-Za-z0-9_][A-Za-z0-9_ .+@-]*:[^\r\n]*$", Expected = "a remote of rclone's configuration and a path: gdrive:backups/db" };

    private static readonly ObjectShape Backup = new("a backup",
        Required("name", Slug, "its name"),
        Required("type", OneOf("files", "database"), "of what"),
        Required("source", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "the live data: a folder, or a data folder and database names; never restored over"),
        Required("path", Text, "the local folder with the backups"),
        Required("restoreTo", Text, "folder for restores, beside the live data; each gets its own folder in it"),
        Optional("pattern", Text, "names of its backups: shop-*.tar.gz", "*"),
        Optional("kind", OneOf("files", "folders"), "whether a backup is a file or a folder", "files"),
        Optional("timeFormat", Text, "the time in their names: yyyyMMdd-HHmmss"),
        Optional("timeZone", Text, "the zone of that time", "UTC"),
        Optional("every", Shapes.Duration, "how often one is made"),
        Optional("rpo", Shapes.Duration, "recovery point objective: the newest must not be older"),
        Optional("rto", Shapes.Duration, "recovery time objective"),
        Optional("minBytes", Int with { Min = 1 }, "a smaller one is none"),
        Optional("full", Text, "names of full ones, when others build on them"),
        Optional("manifest", Text, "the SHA-256 manifest, if not X.sha256, X.manifest or SHA256SUMS beside a backup"),
        Optional("signature", Text, "the manifest's signature"),
        Optional("signatureKey", Text, "the public key to it"),
        Optional("format", OneOf("none", "pg-custom", "pg-basebackup", "pg-plain", "mysqldump"), "what they are, for the test of their format", "none"),
        Optional("toolFolder", Text, "where the database's programs are"),
        Optional("offsite", new ObjectShape("offsite",
            Required("remote", Remote, "the folder there, with the same names"),
            Optional("config", Text, "rclone's configuration file; its credential needs to read only"),
            Optional("exclude", ListOf(Text, allowSingle: true), "files that need not be there"),
            Optional("rpo", Shapes.Duration, "the newest there must not be older")), "the copy elsewhere, through rclone: Google Drive and others"),
        Optional("by", OneOf("copy", "tar", "command"), "how one is restored", "copy"),
        Optional("restore", Line, "with by: command: program and arguments; {backup}, {target}, {name}"),
        Optional("restoreVerify", Line, "program and arguments that say whether it is restored: exit code 0 = yes"),
        Optional("restoreUndo", Line, "program and arguments that take the restored copy away again"),
        Optional("restoreName", Text, "the scratch database it is restored into: {name}"),
        Optional("replaceTarget", Text, "the folder that may be exchanged as a whole, after a safety copy"),
        Optional("baseline", Text, "a manifest of the live files (probe.hash-manifest): shows what is missing"),
        Optional("check", Line, "program and arguments that check the live data: 0 = complete, 1 = something is missing, others = cannot tell"),
        Optional("checkRestored", Line, "the same for a restored copy: {target}, {name}"),
        Optional("merge", Line, "program and arguments that bring missing records from a restored copy into the live data: {target}, {name}"),
        Optional("mergeVerify", Line, "program and arguments that say whether all of it is there: exit code 0 = yes"),
        Optional("mergeUndo", Line, "program and arguments that take exactly that batch away again"),
        Optional("restorePort", Int with { Min = 1, Max = 65535 }, "port of a scratch server"),
        Optional("wal", Text, "folder with PostgreSQL's archived log segments, for a point in time"),
        Optional("hold", Line, "program and arguments that stop pruning, log purges and sync jobs"),
        Optional("release", Line, "program and arguments that let them go on"),
        Optional("safety", Line, "program and arguments that copy the database as it is now"),
        Optional("safetyResult", Text, "the file that safety makes; * and ? stand for what changes"),
        Optional("backup", Line, "program and arguments that make a backup now"),
        Optional("result", Text, "the file that it makes"),
        Optional("production", ListOf(Text, allowSingle: true), "names that mean production here: never restored into"));

    public static Field Field { get; } = Optional("backups", ListOf(Backup), "what it is restored from, and how");
}
