using System.Globalization;
using System.Security.Cryptography;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>
/// A service with files, a local backup of them and a copy on a remote of rclone, which is a folder that stands for Google Drive. Everything lies in
/// one folder; the catalogue names it as the service <c>shop</c>.
/// </summary>
internal sealed class LossWorld
{
    public LossWorld(string folder, bool large = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "paths and programs of Linux");
        Assert.SkipUnless(NginxOutage.Find("rclone") is not null && NginxOutage.Find("tar") is not null, "needs rclone and tar");
        Folder = Directory.CreateDirectory(folder).FullName;
        Write("site/a.jpg", "first picture");
        Write("site/albums/2026/b.jpg", "second picture");
        Write("site/c.jpg", "third picture");
        if (large) using (var stream = File.Create(At("site/large.bin"))) stream.SetLength(200 << 20);
        Write("app.log", $"{Stamp()} INFO service started\n");
        foreach (var name in new[] { "local", "drive/backups", "restore" }) Directory.CreateDirectory(At(name));
        Taken = DateTimeOffset.UtcNow.AddHours(-2);
        Name = $"site-{Taken.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.tar.gz";
        Run("tar", "-c", "-z", "-f", At("local", Name), "-C", At("site"), ".");
        Write($"local/{Name}.sha256", $"{Hash(At("local", Name))}  {Name}\n");
        foreach (var file in Directory.GetFiles(At("local"))) File.Copy(file, At("drive/backups", Path.GetFileName(file)));
        Write("rclone.conf", $"[gdrive]\ntype = alias\nremote = {At("drive")}\n");
        Script("pruning.sh", "#!/bin/sh\necho \"$1\" >> \"$(dirname \"$0\")/pruning\"\n");
        Script("verify.sh", "#!/bin/sh\n[ \"$(tail -n 1 \"$(dirname \"$0\")/pruning\" 2>/dev/null)\" = off ]\n");
        OutageScripts.WritePeople(At("ops"));
        Catalogue();
    }

    public string Folder { get; }
    public string Name { get; }
    public DateTimeOffset Taken { get; }
    public string Workspace => At("ops");
    public string[] Pruning => File.Exists(At("pruning")) ? File.ReadAllLines(At("pruning")) : [];

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <param name="more">Lines of the backup's record, indented by eight.</param>
    /// <param name="path">The local backups.</param>
    public void Catalogue(string more = "", string path = "local") => Write("ops/services.yaml", $$"""
        schema: incidenttools/services/v1
        services:
          shop:
            name: Shop
            owner: platform
            logs: ['{{At("app.log")}}']
            runbooks: [data-loss]
            backups:
              - name: pictures
                type: files
                source: '{{At("site")}}'
                path: '{{At(path)}}'
                pattern: site-*.tar.gz
                timeFormat: yyyyMMdd-HHmmss
                rpo: 1d
                by: tar
                restoreTo: '{{At("restore")}}'
                offsite: { remote: 'gdrive:backups', config: '{{At("rclone.conf")}}' }
                hold: ['{{At("pruning.sh")}}', 'off']
                release: ['{{At("pruning.sh")}}', 'on']
        {{more}}

        """);

    public void Log(string text) => File.AppendAllText(At("app.log"), $"{Stamp()} {text}\n");

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
    }

    public void Script(string name, string text)
    {
        Write(name, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static void Run(string program, params string[] arguments)
    {
        var (code, text) = NginxOutage.Run(NginxOutage.Find(program) ?? program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {text}");
    }

    /// <summary>One byte in the middle is another.</summary>
    public static void Tamper(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    public static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))).ToLowerInvariant();
    private static string Stamp() => DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
