namespace IncidentTools.Base;

/// <summary>Says loudly what did not get through.</summary>
internal static class Delivery
{
    public static IEnumerable<string> Warnings(IReadOnlyList<IncidentNotification> all, string purpose)
    {
        var mine = all.Where(item => item.Purpose == purpose).ToArray();
        foreach (var item in mine.Where(item => item.State == "Unreachable")) yield return $"Nobody was notified: {item.Detail}.";
        foreach (var item in mine.Where(item => item.State is "Rejected" or "Unknown"))
            yield return $"{item.Contact ?? item.Audience} by {item.Channel}: {(item.State == "Rejected" ? "not delivered" : "it is unknown whether it was delivered")} ({item.Detail}).";
        if (mine.Length > 0 && mine.All(item => item.State is "Rejected") && mine.Length > 1) yield return "No notification was delivered at all.";
    }
}
