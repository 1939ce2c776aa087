using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>When live data may be exchanged: it is the very folder that the catalogue names, and this run made a whole copy of what is there.</summary>
internal static class ReplaceGuard
{
    public static string? WhyNot(Arguments with, string to, CancellationToken cancellation)
    {
        if (with.TextOrNull("replaceTarget") is not { } allowed) return $"{to} is not to be exchanged: the catalogue names no replaceTarget";
        var real = ScratchGuard.RealPath(to);
        if (real != ScratchGuard.RealPath(allowed)) return $"{to} is not the folder that the catalogue allows to exchange ({allowed})";
        if (real != Path.GetFullPath(to)) return $"{to} leads over a link: name the folder itself";
        if (real == Path.GetPathRoot(real)) return $"{to} is a whole volume";
        if (ScratchGuard.Meets(real, ScratchGuard.RealPath(with.Text("backup")))) return $"{to} and its backup are in one another";
        if (with.Text("by") == "command") return "a command cannot exchange a folder: restore beside, then exchange by copy";
        if (FileStat.Read(to) is null || ScratchGuard.NotEmpty(to) is null) return null; // nothing is there that could be lost
        return Copy(with.TextOrNull("safetyCopy"), with.Time("safetySince"), real, cancellation);
    }

    private static string? Copy(string? copy, DateTimeOffset? since, string real, CancellationToken cancellation)
    {
        if (copy is null || since is null) return "what is there now has no safety copy: safetyCopy and safetySince are needed";
        if (ScratchGuard.Meets(ScratchGuard.RealPath(copy), real)) return $"the safety copy {copy} lies in what is exchanged";
        var manifest = copy + ".manifest";
        if (FileStat.Read(manifest) is not { } stat) return $"{copy} is no whole safety copy: there is no {manifest}";
        if (stat.ModifiedAt < since.Value.AddSeconds(-2)) return $"the safety copy {copy} is from {UtcStamp.Format(stat.ModifiedAt)}, before this run began";
        try { return BackupFiles.Verify(copy, manifest, cancellation) is { Wrong: { } wrong } ? $"the safety copy is not what was copied: {wrong}" : null; }
        catch (CannotCheckException error) { return $"the safety copy could not be verified: {error.Message}"; }
    }
}
