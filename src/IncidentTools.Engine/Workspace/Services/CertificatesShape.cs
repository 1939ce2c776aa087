using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>certificates</c>: those it serves, where they lie and what renews them.</summary>
internal static class CertificatesShape
{
    public static Field Field { get; } = Optional("certificates", new ObjectShape("certificates",
        Optional("paths", ListOf(Text, allowSingle: true), "files or folders they lie in"),
        Optional("store", Text, "or a store of Windows: LocalMachine/My"),
        Optional("password", SecretRef, "secret that opens PKCS#12 files"),
        Optional("renew", ListOf(Text) with { MinItems = 1 }, "program and arguments that renew them, or put renewed ones in place: certbot renew --cert-name shop")), "certificates it serves");
}
