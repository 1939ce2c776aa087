namespace IncidentTools.Engine.Tests.Probes.Security;

/// <summary>A tree that stands for a Linux machine.</summary>
internal sealed class ScratchTree : IDisposable
{
    public const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3ODkwYWI= ana@desk";
    private readonly TempFolder _folder = new();

    public ScratchTree()
    {
        Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:d:/usr/sbin:/usr/sbin/nologin\nana:x:1000:1000:Ana:/home/ana:/bin/bash\nwww:x:33:33:w:/var/www:/usr/sbin/nologin\n");
        Write("etc/group", "root:x:0:\nsudo:x:27:ana\nana:x:1000:\nwww:x:33:\n");
        Write("etc/shadow", "root:!:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\nana:$y$j9T$abc:19000:0:99999:7:::\nwww:*:19000::::::\n");
        Write("etc/sudoers", "# rules\nDefaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n#includedir /etc/sudoers.d\n");
        Write("home/ana/.ssh/authorized_keys", Key + "\n");
    }

    public string Path => _folder.Path;
    public string Write(string name, string text) => _folder.Write(name, text);
    public void Append(string name, string text) => File.AppendAllText(System.IO.Path.Combine(Path, name), text);
    public void Dispose() => _folder.Dispose();
}
