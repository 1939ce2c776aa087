using System.Security.Cryptography;

namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>One fault, real, at a time: what the runbook names is that fault, and nothing else that is not so.</summary>
public sealed class FaultMatrixTests : IDisposable
{
    private readonly LossRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("user deletion", "user-deletion", "good", "good", "same")]
    [InlineData("sync deletion", "sync-deletion", "good", "good", "same")]
    [InlineData("truncated table", "statement", "good", "good", "same")]
    [InlineData("failing disk", "hardware", "good", "good", "same")]
    [InlineData("no trace", "unclear", "good", "good", "same")]
    [InlineData("missing backup", "user-deletion", "missing", "good", "NotFound")]
    [InlineData("tampered backup", "user-deletion", "HashMismatch", "good", "Differs")]
    [InlineData("tampered manifest", "user-deletion", "HashMismatch", "good", "Differs")]
    [InlineData("tampered together", "user-deletion", "ManifestTampered", "good", "Differs")]
    [InlineData("manifest gone", "user-deletion", "ManifestMissing", "good", "same")]
    [InlineData("cut archive", "user-deletion", "Corrupt", "good", "Differs")]
    [InlineData("stale local", "user-deletion", "stale", "stale", "same")]
    [InlineData("stale offsite", "user-deletion", "good", "stale", "Missing")]
    [InlineData("empty offsite", "user-deletion", "good", "missing", "Missing")]
    [InlineData("remote unknown", "user-deletion", "good", "unknown", "ExitCode")]
    public void Each_fault_is_named_for_what_it_is(string fault, string cause, string local, string offsite, string copies)
    {
        var world = new LossWorld(Path.Combine(_run.Host.Folder, "loss"));
        _run.Open(world.Workspace);
        File.Delete(world.At("site/a.jpg"));
        Break(world, fault);
        _run.Declare();
        var run = _run.Report();
        Assert.True(run.Step is "strategy" or "cause_by_people", _run.Where(run));
        string Var(string name) => (string)_run.Value("name_it", name)!;
        Assert.Equal((cause, local, offsite, copies), (Var("cause"), Var("local"), Var("offsite"), Var("copies")));
        Assert.Equal(cause == "unclear" ? "cause_by_people" : "strategy", run.Step);
        // nothing was brought back, changed or removed by looking
        Assert.False(File.Exists(world.At("site/a.jpg")));
        Assert.Empty(Directory.GetFileSystemEntries(world.At("restore")));
    }

    private static void Break(LossWorld world, string fault)
    {
        var (backup, sum) = (world.At("local", world.Name), world.At("local", world.Name + ".sha256"));
        world.Log(fault switch
        {
            "sync deletion" => "rclone[311]: INFO : pictures/a.jpg: Deleted",
            "truncated table" => "LOG:  statement: TRUNCATE TABLE orders;",
            "failing disk" => "kernel: EXT4-fs error (device sdb1): unable to read itable block",
            "no trace" => "INFO nothing to see",
            _ => "user bob deleted a.jpg",
        });
        switch (fault)
        {
            case "missing backup": Directory.Delete(world.At("local"), recursive: true); break;
            case "tampered backup": LossWorld.Tamper(backup); break;
            case "tampered manifest": File.WriteAllText(sum, $"{new string('0', 64)}  {world.Name}\n"); break;
            case "tampered together": Together(world, backup, sum); break;
            case "manifest gone": File.Delete(sum); break;
            case "cut archive":
                File.WriteAllBytes(backup, File.ReadAllBytes(backup)[..^20]);
                File.WriteAllText(sum, $"{LossWorld.Hash(backup)}  {world.Name}\n");
                break;
            case "stale local":
                foreach (var place in new[] { "local", "drive/backups" }) Rename(world.At(place), world.Name, "site-20260101-030000.tar.gz");
                break;
            case "stale offsite": Rename(world.At("drive/backups"), world.Name, "site-20260101-030000.tar.gz"); break;
            case "empty offsite": Directory.Delete(world.At("drive/backups"), recursive: true); break;
            case "remote unknown": world.Write("rclone.conf", "[other]\ntype = local\n"); break;
            default: break;
        }
    }

    /// <summary>Whoever changed the backup made a new manifest for it; the signature was made before, with a key that is not here.</summary>
    private static void Together(LossWorld world, string backup, string sum)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        world.Write("key.pem", key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllBytes(world.At("manifest.sig"), key.SignData(File.ReadAllBytes(sum), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        world.Catalogue($"        signature: '{world.At("manifest.sig")}'\n        signatureKey: '{world.At("key.pem")}'");
        LossWorld.Tamper(backup);
        File.WriteAllText(sum, $"{LossWorld.Hash(backup)}  {world.Name}\n");
    }

    private static void Rename(string folder, string from, string to)
    {
        File.Move(Path.Combine(folder, from), Path.Combine(folder, to));
        File.Delete(Path.Combine(folder, from + ".sha256"));
        File.WriteAllText(Path.Combine(folder, to + ".sha256"), $"{LossWorld.Hash(Path.Combine(folder, to))}  {to}\n");
    }
}
