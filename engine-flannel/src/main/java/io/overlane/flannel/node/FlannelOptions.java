// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpAddress;
import io.overlane.flannel.etcd.EtcdOptions;
import io.overlane.flannel.host.link.GoPattern;
import io.overlane.flannel.host.link.InterfaceChoice;
import io.overlane.flannel.http.Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * flanneld's options, to be mixed into a command: same names, with one dash or two, same defaults. Options without a
 * value or default are null or empty. {@code docs/options.md} lists them.
 *
 * <p>Help and version are among them, so the command must not have {@code mixinStandardHelpOptions}.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class FlannelOptions
{
    @Option(names = {"--etcd-endpoints", "-etcd-endpoints"}, split = ",", paramLabel = "URL",
        defaultValue = "http://127.0.0.1:4001,http://127.0.0.1:2379", description =
        "URLs of etcd, separated by commas. Default: ${DEFAULT-VALUE}.")
    List<String> etcdEndpoints;

    @Option(names = {"--etcd-prefix", "-etcd-prefix"}, paramLabel = "PATH", defaultValue = "/coreos.com/network",
        description =
        "Prefix of the network's keys in etcd. Default: ${DEFAULT-VALUE}.")
    String etcdPrefix;

    @Option(names = {"--etcd-keyfile", "-etcd-keyfile"}, paramLabel = "FILE", description =
        "PEM file with the private key of --etcd-certfile. Default: none.")
    @Nullable Path etcdKeyFile;

    @Option(names = {"--etcd-certfile", "-etcd-certfile"}, paramLabel = "FILE", description =
        "PEM file with this client's certificate for TLS to etcd. Default: none.")
    @Nullable Path etcdCertFile;

    @Option(names = {"--etcd-cafile", "-etcd-cafile"}, paramLabel = "FILE", description =
        "PEM file with the authorities that may sign etcd's certificate. Default: those of the JVM.")
    @Nullable Path etcdCaFile;

    @Option(names = {"--etcd-username", "-etcd-username"}, paramLabel = "NAME", defaultValue = "", description =
        "User name for etcd. Default: none, no authentication.")
    String etcdUsername;

    @Option(names = {"--etcd-password", "-etcd-password"}, paramLabel = "TEXT", defaultValue = "", description =
        "Password for etcd. Prefer the variable FLANNELD_ETCD_PASSWORD: other users can see the command line. " +
        "Default: none.")
    String etcdPassword;

    @Option(names = {"--kube-subnet-mgr", "-kube-subnet-mgr"}, arity = "0..1", fallbackValue = "true",
        defaultValue = "false", converter = GoBoolean.class, description =
        "Take the subnet from Kubernetes instead of etcd. Default: ${DEFAULT-VALUE}.")
    boolean kubeSubnetManager;

    @Option(names = {"--kube-api-url", "-kube-api-url"}, paramLabel = "URL", defaultValue = "", description =
        "URL of the Kubernetes API server, in place of the kubeconfig file's or the pod's. Default: theirs.")
    String kubeApiUrl;

    @Option(names = {"--kube-annotation-prefix", "-kube-annotation-prefix"}, paramLabel = "TEXT",
        defaultValue = "flannel.alpha.coreos.com", description =
        "Prefix of the names of the node's annotations. Default: ${DEFAULT-VALUE}.")
    String kubeAnnotationPrefix;

    @Option(names = {"--kubeconfig-file", "-kubeconfig-file"}, paramLabel = "FILE", description =
        "Kubeconfig file for the API server. Default: the settings of the pod.")
    @Nullable Path kubeConfigFile;

    @Option(names = {"--net-config-path", "-net-config-path"}, paramLabel = "FILE",
        defaultValue = "/etc/kube-flannel/net-conf.json", description =
        "File with the network's configuration under Kubernetes. Default: ${DEFAULT-VALUE}.")
    Path netConfigPath;

    @Option(names = {"--set-node-network-unavailable", "-set-node-network-unavailable"}, arity = "0..1",
        fallbackValue = "true", defaultValue = "true", converter = GoBoolean.class, description =
        "Report to Kubernetes when the node's network is up. Default: ${DEFAULT-VALUE}.")
    boolean setNodeNetworkUnavailable;

    @Option(names = {"--iface", "-iface"}, paramLabel = "NAME|IP", description =
        "Interface that carries the tunnels, by name or address. Repeatable: the first usable one is taken. " +
        "Default: that of the default route.")
    private List<String> interfaces = new ArrayList<>();

    @Option(names = {"--iface-regex", "-iface-regex"}, paramLabel = "REGEX", description =
        "Pattern for the addresses, then the names of interfaces. Repeatable; tried after --iface. Default: none.")
    private List<String> interfacePatterns = new ArrayList<>();

    @Option(names = {"--iface-can-reach", "-iface-can-reach"}, paramLabel = "IP", defaultValue = "", description =
        "Take the interface whose route leads to this address; tried after --iface and --iface-regex. Default: " +
        "none.")
    private String interfaceCanReach;

    @Option(names = {"--public-ip", "-public-ip"}, paramLabel = "IP", defaultValue = "", description =
        "IPv4 address to publish to other nodes. Default: the interface's.")
    private String publicIp;

    @Option(names = {"--public-ipv6", "-public-ipv6"}, paramLabel = "IP", defaultValue = "", description =
        "IPv6 address to publish to other nodes. Default: the interface's.")
    private String publicIpV6;

    @Option(names = {"--subnet-file", "-subnet-file"}, paramLabel = "FILE",
        defaultValue = "/run/flannel/subnet.env", description =
        "File to write with the node's subnet and MTU, for containers. Default: ${DEFAULT-VALUE}.")
    Path subnetFile;

    @Option(names = {"--subnet-lease-renew-margin", "-subnet-lease-renew-margin"}, paramLabel = "MINUTES",
        defaultValue = "60", description =
        "Minutes before its end at which the lease is renewed, 1...1439. Default: ${DEFAULT-VALUE}.")
    int renewMarginMinutes;

    @Option(names = {"--ip-masq", "-ip-masq"}, arity = "0..1", fallbackValue = "true", defaultValue = "false",
        converter = GoBoolean.class, description =
        "Masquerade packets that leave the network. Default: ${DEFAULT-VALUE}.")
    boolean ipMasquerade;

    @Option(names = {"--ip-masq-fully-random-disable", "-ip-masq-fully-random-disable"}, arity = "0..1",
        fallbackValue = "true", defaultValue = "false", converter = GoBoolean.class, description =
        "Masquerade without random ports. Default: ${DEFAULT-VALUE}.")
    boolean ipMasqueradeFullyRandomDisabled;

    @Option(names = {"--iptables-forward-rules", "-iptables-forward-rules"}, arity = "0..1", fallbackValue = "true",
        defaultValue = "true", converter = GoBoolean.class, description =
        "Accept forwarded packets from and to the network, with nftables too. Default: ${DEFAULT-VALUE}.")
    boolean forwardRules;

    @Option(names = {"--iptables-resync", "-iptables-resync"}, paramLabel = "SECONDS", defaultValue = "5",
        description =
        "Seconds between two checks of the firewall's rules, with nftables too. Default: ${DEFAULT-VALUE}.")
    int rulesResyncSeconds;

    @Option(names = {"--ip-blackhole-route", "-ip-blackhole-route"}, arity = "0..1", fallbackValue = "true",
        defaultValue = "false", converter = GoBoolean.class, description =
        "Drop packets to addresses of the own subnet that no container has. Default: ${DEFAULT-VALUE}.")
    boolean blackholeRoute;

    @Option(names = {"--healthz-ip", "-healthz-ip"}, paramLabel = "IP", defaultValue = "0.0.0.0", description =
        "Address on which /healthz and /readyz are answered. Default: ${DEFAULT-VALUE}.")
    private String healthIp;

    @Option(names = {"--healthz-port", "-healthz-port"}, paramLabel = "PORT", defaultValue = "0", description =
        "Port on which /healthz and /readyz are answered; 0 for none. Default: ${DEFAULT-VALUE}.")
    int healthPort;

    @Option(names = "-v", paramLabel = "LEVEL", defaultValue = "0", description =
        "Accepted and ignored: every event is logged. Default: ${DEFAULT-VALUE}.")
    private int verbosity;

    @Option(names = {"--vmodule", "-vmodule"}, paramLabel = "TEXT", defaultValue = "", description =
        "Accepted and ignored: log levels of flanneld's source files. Default: none.")
    private String vmodule;

    @Option(names = {"--log_backtrace_at", "-log_backtrace_at"}, paramLabel = "TEXT", defaultValue = "",
        description =
        "Accepted and ignored: lines of flanneld's source files. Default: none.")
    private String logBacktraceAt;

    @Option(names = {"-h", "--help", "-help"}, usageHelp = true, description = "Show this help and exit.")
    @SuppressWarnings("unused")
    private boolean helpRequested;

    @Option(names = {"-V", "--version", "-version"}, versionHelp = true, description = "Print version and exit.")
    @SuppressWarnings("unused")
    private boolean versionRequested;

    /**
     * Check ranges and combinations before anything is started.
     *
     * @throws IllegalArgumentException for the first wrong option; one line that names it.
     */
    FlannelOptions conclude()
    {
        inRange("subnet-lease-renew-margin", renewMarginMinutes, 1, 24 * 60 - 1);
        inRange("iptables-resync", rulesResyncSeconds, 1, 24 * 60 * 60);
        inRange("healthz-port", healthPort, 0, 65_535);
        healthAddress();
        address("iface-can-reach", interfaceCanReach);
        address("public-ip", publicIp);
        address("public-ipv6", publicIpV6);
        interfacePatterns.forEach(FlannelOptions::pattern);
        if ((etcdKeyFile == null) != (etcdCertFile == null))
        {
            throw new IllegalArgumentException("--etcd-keyfile and --etcd-certfile must be given together");
        }
        return this;
    }

    /**
     * @param enableV4 whether the network has IPv4.
     * @param enableV6 whether the network has IPv6.
     * @return the options for choosing the interface.
     */
    InterfaceChoice interfaceChoice(final boolean enableV4, final boolean enableV6)
    {
        return new InterfaceChoice(
            enableV4,
            enableV6,
            interfaces,
            interfacePatterns.stream().map(FlannelOptions::pattern).toList(),
            address("iface-can-reach", interfaceCanReach),
            address("public-ip", publicIp),
            address("public-ipv6", publicIpV6));
    }

    IpAddress healthAddress()
    {
        final IpAddress address = address("healthz-ip", healthIp);
        return address == null ? IpAddress.ANY_V4 : address;
    }

    /** @return names or addresses of the registry's servers. */
    List<String> registryHosts()
    {
        final List<URI> servers = !kubeSubnetManager ? EtcdOptions.of(String.join(",", etcdEndpoints)).endpoints() :
            kubeApiUrl.isEmpty() ? List.of() : List.of(URI.create(kubeApiUrl));
        return servers.stream().map(Server::host).filter(Objects::nonNull)
            .map(host -> host.replaceAll("[\\[\\]]", "")).toList();
    }

    /** @return names of given options that have no effect. */
    public List<String> ignored()
    {
        final List<String> ignored = new ArrayList<>();
        if (verbosity > 0)
        {
            ignored.add("-v");
        }
        if (!vmodule.isEmpty())
        {
            ignored.add("--vmodule");
        }
        if (!logBacktraceAt.isEmpty())
        {
            ignored.add("--log_backtrace_at");
        }
        return ignored;
    }

    private static void inRange(final String option, final int value, final int min, final int max)
    {
        if (value < min || value > max)
        {
            throw new IllegalArgumentException("--" + option + "=" + value + " is outside " + min + "…" + max);
        }
    }

    private static @Nullable IpAddress address(final String option, final String text)
    {
        try
        {
            return text.isEmpty() ? null : IpAddress.parse(text);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--" + option + ": " + ex.getMessage(), ex);
        }
    }

    private static Pattern pattern(final String text)
    {
        try
        {
            return GoPattern.compile(text);
        }
        catch (final PatternSyntaxException ex)
        {
            throw new IllegalArgumentException("--iface-regex=" + text + ": " + ex.getDescription(), ex);
        }
    }

    /** Parses the words that Go accepts for true and false ({@code strconv.ParseBool}). */
    private static final class GoBoolean implements ITypeConverter<Boolean>
    {
        @Override
        public Boolean convert(final String value)
        {
            return switch (value)
            {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new TypeConversionException("'" + value + "' is neither true nor false");
            };
        }
    }
}
