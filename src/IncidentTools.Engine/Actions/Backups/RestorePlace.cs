using System.Text.Json;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>
/// The folder that is restored to, and those beside it. Everything is written to a folder of the attempt's own; a receipt that names what will be where
/// is durable before the first rename, so that whoever comes after a crash knows what is what. Nothing is ever deleted but the attempt's own unfinished work.
/// </summary>
internal sealed class RestorePlace(string to, DateTimeOffset stamp)
{
    private sealed record Receipt(string Stamp, string Work, string? Aside);

    private string Mark => $"{stamp.UtcDateTime:yyyyMMdd'T'HHmmss.ffffff'Z'}";
    private string ReceiptFile => to + ".restored.json";
    public string Work => $"{to}.restoring-{Mark}";

    /// <summary>After a crash between the two renames the live folder is not there: it is put back before anything else.</summary>
    public void Mend()
    {
        if (Read() is { Aside: { } aside } && FileStat.Read(to) is null && FileStat.Read(aside) is not null) Directory.Move(aside, to);
    }

    /// <summary>Puts what was restored in its place, and gives where that which was there is now.</summary>
    public string? Put(bool replace)
    {
        if (FileStat.Read(to) is { Kind: FileKind.Folder } && !Directory.EnumerateFileSystemEntries(to).Any()) Directory.Delete(to);
        var aside = replace && FileStat.Read(to) is not null ? $"{to}.before-{Mark}" : null;
        Write(new Receipt(UtcStamp.Format(stamp), Work, aside));
        if (aside is not null) Directory.Move(to, aside);
        Directory.Move(Work, to);
        return aside;
    }

    public CheckResult Check()
    {
        if (Read() is not { } receipt || receipt.Stamp != UtcStamp.Format(stamp)) return new CheckResult(CheckState.NotDone, $"nothing was put in place{(Directory.Exists(Work) ? $"; {Work} is what was left unfinished" : "")}");
        return FileStat.Read(receipt.Work) is null && FileStat.Read(to) is not null ? new CheckResult(CheckState.Done, $"{ReceiptFile} says so, and {to} is there") : new CheckResult(CheckState.NotDone, $"it was broken off before it was put in place; {receipt.Work} is what was left unfinished");
    }

    /// <summary>The other way round; what was restored stays beside it.</summary>
    public ActionResult Undo()
    {
        if (Read() is not { } receipt) return new ActionResult(ActionOutcome.Failed, $"{ReceiptFile} is not there, so nobody knows what was put in place") { Error = "NotUndone" };
        var gone = $"{to}.undone-{Mark}";
        if (receipt.Aside is not null && FileStat.Read(receipt.Aside) is null) return new ActionResult(ActionOutcome.Failed, $"{receipt.Aside} is not there any more") { Error = "NotUndone" };
        if (FileStat.Read(to) is not null) Directory.Move(to, gone);
        if (receipt.Aside is not null) Directory.Move(receipt.Aside, to);
        File.Move(ReceiptFile, $"{gone}.json");
        return new ActionResult(ActionOutcome.Succeeded, receipt.Aside is null ? $"{to} is now {gone}" : $"{to} is what it was; what was restored is {gone}");
    }

    /// <summary>Takes the attempt's own unfinished work away; else what is left and why.</summary>
    public string? Drop()
    {
        try
        {
            if (Directory.Exists(Work)) Directory.Delete(Work, recursive: true);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return $"{Work} could not be taken away: {error.Message}"; }
    }

    private Receipt? Read()
    {
        try { return FileStat.Read(ReceiptFile) is null ? null : JsonSerializer.Deserialize<Receipt>(File.ReadAllText(ReceiptFile)); }
        catch (JsonException) { throw new IOException($"{ReceiptFile} cannot be read"); }
    }

    private void Write(Receipt receipt)
    {
        var part = ReceiptFile + ".part";
        using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, receipt);
            stream.Flush(flushToDisk: true);
        }
        File.Move(part, ReceiptFile, overwrite: true);
    }
}
