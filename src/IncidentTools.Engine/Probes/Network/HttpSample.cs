namespace IncidentTools.Engine.Probes.Network;

/// <summary>What one request, with its redirects, came to; filled as far as it came.</summary>
internal sealed class HttpSample
{
    public DialTimes Times { get; } = new();
    public double? TlsMs { get; set; }
    public double? FirstByteMs { get; set; }
    public double TotalMs { get; set; }
    public int? Status { get; set; }
    public string? Reason { get; set; }
    public Uri? FinalUrl { get; set; }
    public List<string> Redirects { get; } = [];
    public Dictionary<string, object?> Headers { get; } = [];
    public long Bytes { get; set; }
    public string Body { get; set; } = "";
    public bool Truncated { get; set; }
    public ServerCertificate? Certificate { get; set; }
    public string? TlsProtocol { get; set; }
    public NetworkTrouble? Trouble { get; set; }
}
