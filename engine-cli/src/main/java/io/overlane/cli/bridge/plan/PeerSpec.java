// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another node in the syntax of {@code --peer}: {@code IP[:PORT],mac=MAC,subnet=CIDR[,gateway=IP]}, in the IP mode
 * {@code IP[:PORT],subnet=CIDR}.
 *
 * @param remote  destination of its datagrams.
 * @param mac     of its device; null in the IP mode.
 * @param subnet  inner addresses behind it, without host bits.
 * @param gateway inner address whose MAC is {@code mac}; by default the subnet's first, as in flannel. Null in the IP
 *                mode.
 */
public record PeerSpec(Vtep remote, @Nullable MacAddress mac, IpPrefix subnet, @Nullable IpAddress gateway)
{
    private static final List<String> VXLAN_KEYS = List.of("mac", "subnet", "gateway");
    private static final List<String> IP_UDP_KEYS = List.of("subnet");

    /**
     * @param local address of this host.
     * @return this peer; a link-local address without a zone gets that of {@code local}.
     */
    PeerSpec inZoneOf(final IpAddress local)
    {
        return new PeerSpec(remote.inZoneOf(local), mac, subnet, gateway);
    }

    /**
     * @param text           value of {@code --peer}.
     * @param mode           decides which keys are allowed.
     * @param defaultUdpPort if the text has no port.
     * @return the peer.
     * @throws IllegalArgumentException if the text is wrong; one line that quotes it.
     */
    static PeerSpec parse(final String text, final BridgeMode mode, final int defaultUdpPort)
    {
        try
        {
            return parseParts(text.split(",", -1), mode, defaultUdpPort);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException("--peer " + text + ": " + ex.getMessage(), ex);
        }
    }

    private static PeerSpec parseParts(final String[] parts, final BridgeMode mode, final int defaultUdpPort)
    {
        final Vtep remote = Vtep.parse(parts[0], defaultUdpPort);
        final boolean isVxlan = mode == BridgeMode.VXLAN;
        final NamedParts values = NamedParts.of(parts, isVxlan ? VXLAN_KEYS : IP_UDP_KEYS, mode.toString());

        final IpPrefix subnet = IpPrefix.parse(values.required("subnet"));
        if (!subnet.equals(subnet.base()))
        {
            throw new IllegalArgumentException("subnet " + subnet + " has host bits; did you mean " + subnet.base() +
                "?");
        }
        if (!isVxlan)
        {
            if (!subnet.address().isV4())
            {
                throw new IllegalArgumentException("ip-udp carries IPv4 only, not " + subnet);
            }
            return new PeerSpec(remote, null, subnet, null);
        }
        final MacAddress mac = MacAddress.parse(values.required("mac"));
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        final IpAddress gateway =
            values.has("gateway") ? IpAddress.parse(values.required("gateway")) : subnet.address();
        if (gateway.isV4() != subnet.address().isV4())
        {
            throw new IllegalArgumentException("gateway " + gateway + " is of another family than subnet " + subnet);
        }
        return new PeerSpec(remote, mac, subnet, gateway);
    }
}
