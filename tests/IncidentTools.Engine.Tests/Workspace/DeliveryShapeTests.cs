using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Tests.Workspace;

/// <summary>What a runbook hands over as it stands in the catalogue must be what the probe or action takes.</summary>
public sealed class DeliveryShapeTests
{
    private static ObjectShape Inner(ObjectShape shape, string field) => shape.Fields.Single(item => item.Name == field).Shape switch
    {
        ObjectShape one => one,
        ListShape { Item: ObjectShape item } => item,
        var other => throw new InvalidOperationException($"{field} is {other}"),
    };

    private static void Fits(ObjectShape catalogue, IReadOnlyList<Field> taker) => Assert.All(catalogue.Fields, field =>
    {
        var other = Assert.Single(taker, item => item.Name == field.Name);
        if (field.Shape is ScalarShape scalar) Assert.Equal(scalar.Enum is null ? scalar : scalar with { Enum = null }, ((ScalarShape)other.Shape) with { Enum = null });
        Assert.Equal((field.Shape as ScalarShape)?.Enum, (other.Shape as ScalarShape)?.Enum);
        Assert.Equal(field.Default, other.Default);
    });

    [Fact]
    public void Endpoints_redis_jobs_and_instances_are_the_same_in_both_places()
    {
        var performance = Inner(ServicesFile.Service, "performance");
        Fits(Inner(performance, "endpoints"), Inner(ProbeTable.All["probe.endpoints"].Parameters, "endpoints").Fields);
        Fits(Inner(performance, "redis"), ProbeTable.All["probe.redis"].Parameters.Fields);
        Fits(Inner(performance, "redis"), Inner(ActionTable.All["action.cache-purge"].Parameters, "redis").Fields);
        Fits(Inner(performance, "job"), ActionTable.All["action.job-suspend"].Parameters.Fields);
        Fits(Inner(ServicesFile.Service, "instances"), Inner(ActionTable.All["action.rolling-restart"].Parameters, "instances").Fields);
    }
}
