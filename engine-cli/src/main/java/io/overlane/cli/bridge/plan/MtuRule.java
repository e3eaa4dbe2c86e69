// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.tun.TunKind;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Range and default of the device's IP MTU: the underlay's MTU less the encapsulation. */
final class MtuRule
{
    /** Smallest MTU of IPv4 and of the engine. */
    private static final int SMALLEST = 68;

    /** RFC 8200 §5; Linux removes IPv6 from a device with a smaller MTU. */
    private static final int SMALLEST_IPV6 = 1280;

    /** Limit of an IP packet's length field; the loopback device's MTU is one more. */
    private static final int LARGEST_PACKET = 65_535;

    /** Largest MTU of a TAP: Linux ETH_MAX_MTU less the Ethernet header. */
    private static final int LARGEST_TAP = 65_535 - 14;

    private final BridgeMode mode;
    private final HostFacts host;

    MtuRule(final BridgeMode mode, final HostFacts host)
    {
        this.mode = mode;
        this.host = host;
    }

    /** Numbers are in bytes. */
    int choose(
        final @Nullable Integer wanted,
        final Vtep local,
        final Collection<Vtep> remotes,
        final @Nullable String groupDevice,
        final boolean isIpv6Inside)
    {
        final List<IpAddress> addresses = remotes.stream().map(Vtep::address).toList();
        final boolean isOverIpv6 = !local.address().isV4() &&
            (addresses.isEmpty() || addresses.stream().anyMatch(address -> !address.isV4()));
        final int toGroup = groupDevice == null ? LARGEST_PACKET : host.interfaceMtu(groupDevice);
        final int toRemotes = groupDevice != null && addresses.isEmpty() ?
            LARGEST_PACKET :
            host.underlayMtu(local.address(), addresses);
        final int underlay = Math.min(Math.min(toRemotes, toGroup), LARGEST_PACKET);
        final int room = underlay - mode.overhead(isOverIpv6);
        final int largest = mode.kind() == TunKind.TAP ? Math.min(room, LARGEST_TAP) : room;
        final int smallest = isIpv6Inside ? SMALLEST_IPV6 : SMALLEST;

        final int mtu = wanted == null ? largest : wanted;
        require(mtu <= largest, "--mtu " + mtu + ": the underlay's MTU of " + underlay + " leaves room for " + largest);
        require(mtu >= smallest, (wanted == null ? "MTU " : "--mtu ") + mtu + ": " +
            (isIpv6Inside ? "IPv6 needs " : "IPv4 needs ") + smallest + " at least");
        return mtu;
    }
}
