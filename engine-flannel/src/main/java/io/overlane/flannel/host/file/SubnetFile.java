// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /run/flannel/subnet.env}: the lease, for Docker, the CNI plugin and the node's next start.
 *
 * <pre>
 *     FLANNEL_NETWORK=10.5.0.0/16
 *     FLANNEL_SUBNET=10.5.34.1/24         first address of the subnet, plus one
 *     FLANNEL_IPV6_NETWORK=fd00::/48
 *     FLANNEL_IPV6_SUBNET=fd00:0:0:1::1/64
 *     FLANNEL_MTU=1450
 *     FLANNEL_IPMASQ=false
 * </pre>
 *
 * <p>The first pair is written only with IPv4, the second only with IPv6.
 *
 * @param network      of IPv4, or null without IPv4.
 * @param subnet       this node's part of it.
 * @param networkV6    of IPv6, or null without IPv6.
 * @param subnetV6     this node's part of it.
 * @param mtu          of the containers' interfaces, in bytes of IP.
 * @param ipMasquerade whether the node masquerades for the containers.
 */
public record SubnetFile(
    @Nullable IpPrefix network, @Nullable IpPrefix subnet, @Nullable IpPrefix networkV6, @Nullable IpPrefix subnetV6,
    int mtu, boolean ipMasquerade)
{
    /** Where flannel and its CNI plugin look for it. */
    public static final Path DEFAULT_PATH = Path.of("/run/flannel/subnet.env");

    /** @throws IllegalArgumentException if a network comes without its subnet or a subnet without its network. */
    public SubnetFile
    {
        if ((network == null) != (subnet == null) || (networkV6 == null) != (subnetV6 == null))
        {
            throw new IllegalArgumentException("a network and its subnet must be given together");
        }
    }

    /** @return the text of the file. */
    public String toText()
    {
        final StringBuilder text = new StringBuilder(200);
        if (network != null && subnet != null)
        {
            text.append("FLANNEL_NETWORK=").append(network.base()).append('\n')
                .append("FLANNEL_SUBNET=").append(gateway(subnet)).append('\n');
        }
        if (networkV6 != null && subnetV6 != null)
        {
            text.append("FLANNEL_IPV6_NETWORK=").append(networkV6.base()).append('\n')
                .append("FLANNEL_IPV6_SUBNET=").append(gateway(subnetV6)).append('\n');
        }
        return text
            .append("FLANNEL_MTU=").append(mtu).append('\n')
            .append("FLANNEL_IPMASQ=").append(ipMasquerade).append('\n')
            .toString();
    }

    /**
     * Replace the file atomically.
     *
     * @throws IOException if it cannot be written; one line that names the file and the reason.
     */
    public void write(final Path file) throws IOException
    {
        AtomicFile.write(file, toText());
    }

    /**
     * Read what the node had when it ran last. A line that cannot be parsed, or that has more than one value, counts as
     * missing, as with flannel; so does a file that cannot be read.
     *
     * @return its content.
     */
    public static Previous read(final Path file)
    {
        final String text = AtomicFile.readOrNull(file);
        final Map<String, String> values = text == null ? Map.of() : EnvironmentText.parse(text);
        return new Previous(
            prefix(values, "FLANNEL_NETWORK", true),
            prefix(values, "FLANNEL_SUBNET", true),
            prefix(values, "FLANNEL_IPV6_NETWORK", false),
            prefix(values, "FLANNEL_IPV6_SUBNET", false));
    }

    private static Optional<IpPrefix> prefix(final Map<String, String> values, final String key, final boolean isV4)
    {
        try
        {
            return Optional.ofNullable(values.get(key))
                .map(IpPrefix::parse)
                .map(IpPrefix::base)
                .filter(prefix -> prefix.address().isV4() == isV4);
        }
        catch (final IllegalArgumentException ex)
        {
            return Optional.empty();
        }
    }

    /** The bridge of the containers gets the first address after the base. */
    private static IpPrefix gateway(final IpPrefix subnet)
    {
        final IpAddress base = subnet.base().address();
        return new IpPrefix(new IpAddress(base.high(), base.low() + 1), subnet.length());
    }

    /**
     * What an earlier run left, with host bits cleared.
     *
     * @param network   of IPv4.
     * @param subnet    of IPv4, to request again.
     * @param networkV6 of IPv6.
     * @param subnetV6  of IPv6, to request again.
     */
    public record Previous(
        Optional<IpPrefix> network,
        Optional<IpPrefix> subnet,
        Optional<IpPrefix> networkV6,
        Optional<IpPrefix> subnetV6)
    {
    }
}
