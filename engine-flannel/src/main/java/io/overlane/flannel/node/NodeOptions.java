// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.ebpf.FastPathMode;
import io.overlane.flannel.etcd.EtcdApi;
import io.overlane.flannel.host.firewall.RuleNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of a node that flanneld does not have. */
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class NodeOptions
{
    @Option(names = "--etcd-api", paramLabel = "v2|v3", defaultValue = "v3", converter = EtcdApiName.class,
        description =
        "Version of etcd's interface: v3 beside flannel 0.18 and later, v2 beside earlier versions. Nodes of one " +
        "version do not see the leases of the other. Default: ${DEFAULT-VALUE}.")
    EtcdApi etcdApi;

    @Option(names = "--lost-lease-grace", paramLabel = "SECONDS", defaultValue = "86400", description =
        "How long the nodes of leases stay peers that etcd lost, because it was set up anew or restored from an old " +
        "copy. A node of Overlane registers again within seconds, one of flannel when it renews its lease. Default: " +
        "${DEFAULT-VALUE}, the time to live of a lease.")
    private int lostLeaseGraceSeconds;

    @Option(names = "--cni-conf", paramLabel = "FILE", description =
        "File to write with the CNI configuration, e.g. /etc/cni/net.d/10-flannel.conflist. Default: none is " +
        "written.")
    @Nullable Path cniFile;

    @Option(names = "--cni-name", paramLabel = "NAME", defaultValue = "cbr0", description =
        "Name of the network in the CNI configuration. Default: ${DEFAULT-VALUE}.")
    String cniName;

    @Option(names = "--rules-suffix", paramLabel = "NAME", defaultValue = "", description =
        "Suffix for the names of firewall tables and chains, for a second network on this host. Default: none.")
    private String rulesSuffix;

    @Option(names = "--remove-rules", description =
        "Remove the firewall's rules at the end. Default: they stay, as with flanneld.")
    boolean removeRules;

    @Option(names = "--take-over", paramLabel = "SOCKET", description =
        "Unix-domain socket by which a node replaces the one that runs here, without losing packets: if a node " +
        "answers there, it ends and leaves its devices, its UDP socket and the packets that wait in them; then this " +
        "node answers there. Default: none.")
    @Nullable Path takeOver;

    @Option(names = "--fast-path", paramLabel = "off|auto|tc|xdp", defaultValue = "off",
        converter = FastPathName.class, description =
        "Let the kernel carry packets to and from peers (vxlan, Linux 6.6). tc: at the traffic control of the " +
        "devices, or do not start. xdp: received packets in the driver, or do not start. auto: one of them if it is " +
        "possible. Default: ${DEFAULT-VALUE}.")
    FastPathMode fastPath;

    @Option(names = "--client", description =
        "Reach the containers without having any: the node takes a lease of four addresses and sets no subnet file " +
        "and no firewall rules. IPv4 only. Default: a node with containers.")
    boolean client;

    /** @throws IllegalArgumentException if it is negative. */
    Duration lostLeaseGrace()
    {
        if (lostLeaseGraceSeconds < 0)
        {
            throw new IllegalArgumentException(
                "--lost-lease-grace=" + lostLeaseGraceSeconds + ": expected a number of seconds, 0 or more");
        }
        return Duration.ofSeconds(lostLeaseGraceSeconds);
    }

    /** @throws IllegalArgumentException if the suffix is not possible. */
    RuleNames ruleNames()
    {
        return new RuleNames(rulesSuffix);
    }

    /** A way for packets of known peers. */
    private static final class FastPathName implements ITypeConverter<FastPathMode>
    {
        @Override
        public FastPathMode convert(final String value)
        {
            try
            {
                return FastPathMode.parse(value);
            }
            catch (final IllegalArgumentException ex)
            {
                throw new TypeConversionException(ex.getMessage());
            }
        }
    }

    /** A version of etcd's interface: {@code v2} or {@code v3}. */
    private static final class EtcdApiName implements ITypeConverter<EtcdApi>
    {
        @Override
        public EtcdApi convert(final String value)
        {
            return switch (value.toLowerCase(Locale.ROOT))
            {
                case "v2" -> EtcdApi.V2;
                case "v3" -> EtcdApi.V3;
                default -> throw new TypeConversionException("'" + value + "' is neither v2 nor v3");
            };
        }
    }
}
