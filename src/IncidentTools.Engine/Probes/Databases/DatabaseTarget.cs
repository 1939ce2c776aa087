using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Which server and database, and who logs in; the password is a reference until the moment of use.</summary>
internal sealed record DatabaseTarget(string Name, string Engine)
{
    public string? Host { get; init; }
    public int? Port { get; init; }
    public string? Database { get; init; }
    public string? User { get; init; }
    public string? Secret { get; init; }
    public string Tls { get; init; } = "prefer";
    public string? File { get; init; }
    public string? Group { get; init; }

    public static Field Field { get; } = Required("connection", DatabaseShape.Shape, "the database: one of the service's databases, or the same keys written here");

    public static DatabaseTarget Of(Arguments with, string name = "connection") => Of(with.Map(name));

    public static DatabaseTarget Of(IReadOnlyDictionary<string, object?> map)
    {
        string? Text(string key) => map.GetValueOrDefault(key) as string;
        return new DatabaseTarget(Text("name") ?? Text("host") ?? "", Text("engine") ?? "")
        {
            Host = Text("host"), Port = map.GetValueOrDefault("port") is { } port ? Convert.ToInt32(port, CultureInfo.InvariantCulture) : null, Database = Text("database"),
            User = Text("user"), Secret = Text("secret"), Tls = Text("tls") ?? "prefer", File = Text("file"), Group = Text("group"),
        };
    }

    /// <summary>The servers that follow it, with what they have from it.</summary>
    public static IReadOnlyList<DatabaseTarget> ReplicasOf(IReadOnlyDictionary<string, object?> map)
    {
        var primary = Of(map);
        return [.. (map.GetValueOrDefault("replicas") as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>().Select(primary.Follower)];
    }

    public DatabaseTarget Follower(IReadOnlyDictionary<string, object?> map)
    {
        var own = Of(map);
        return this with
        {
            Name = own.Name, Host = own.Host ?? Host, Port = own.Port ?? Port, User = own.User ?? User, Secret = own.Secret ?? Secret, Tls = map.GetValueOrDefault("tls") is null ? Tls : own.Tls,
        };
    }

    /// <summary>For people: nothing in it is secret.</summary>
    public string Label => Engine == "sqlite" ? File ?? Name : string.Create(CultureInfo.InvariantCulture, $"{Name} ({Host ?? "localhost"}{(Port is null ? "" : $":{Port}")}{(Database is null ? "" : $"/{Database}")})");

    /// <summary>The password; null when none is named.</summary>
    /// <exception cref="CannotCheckException">No source knows the secret.</exception>
    public string? Password(ISecretSource secrets, SecretMask mask)
    {
        if (Secret is null) return null;
        var reference = Secret.StartsWith("secret:", StringComparison.Ordinal) ? Secret : "secret:" + Secret;
        return SecretText.Resolve(reference, secrets, mask) ?? throw new CannotCheckException(ProbeErrors.SecretMissing, $"{Label}: no source knows {reference}");
    }
}
