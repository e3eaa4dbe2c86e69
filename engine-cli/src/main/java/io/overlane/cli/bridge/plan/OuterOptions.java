// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.address.IpAddress;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} for outer headers; null if not given. */
final class OuterOptions
{
    private static final String INHERIT = "inherit";

    /** The don't-fragment bit of datagrams. */
    enum Df
    {
        /** Always 1. */
        SET,

        /** Always 0. */
        UNSET,

        /** The inner header's. */
        INHERIT
    }

    /** Whether datagrams have a UDP checksum. */
    enum UdpChecksum
    {
        ON,

        /** It is 0. */
        OFF
    }

    @Option(names = "--ttl", paramLabel = "N|inherit", description =
        "Time to live or hop limit of outer packets: 1...255, or inherit for the inner packet's (not nio). Default: " +
        "the system's, usually 64, and 1 to a multicast group.")
    String ttl;

    @Option(names = "--tos", paramLabel = "N|inherit", description =
        "Type of service or traffic class of outer packets: 0...255 or 0x00...0xff, or inherit for the inner " +
        "packet's. Its two congestion bits are always the inner packet's with libc, and 0 otherwise. Default: 0.")
    String tos;

    @Option(names = "--df", paramLabel = "set|unset|inherit", description =
        "Don't-fragment bit of outer IPv4 packets: set; unset, so that routers may fragment; inherit for the inner " +
        "packet's (not nio). This host never fragments. Default: set.")
    Df df;

    @Option(names = "--udp-checksum", paramLabel = "on|off", description =
        "off: outer UDP checksums are sent as 0, and accepted as 0 over IPv6 (libc); receivers then do not join " +
        "datagrams. Default: on.")
    UdpChecksum udpChecksum;

    @Option(names = "--group", paramLabel = "IP", description =
        "Multicast group to join, which gets broadcast, multicast and unknown unicast frames like the remotes of " +
        "--flood (vxlan, libc). Default: none.")
    IpAddress group;

    @Option(names = "--dev", paramLabel = "NAME", description =
        "Interface of --group, or of a link-local --local. Default: the one with a route to the group.")
    String device;

    OuterPlan plan()
    {
        return new OuterPlan(
            ttl == null ? 0 : octet("--ttl", ttl, 1),
            tos == null ? 0 : octet("--tos", tos, 0),
            df == null ? DontFragment.DEFAULT : DontFragment.valueOf(df.name()),
            udpChecksum != UdpChecksum.OFF,
            group,
            device);
    }

    /** The first given option that needs native calls on the socket; null if there is none. */
    String firstNative()
    {
        return ttl != null ? "--ttl " + ttl : df != null ? "--df " + df.name().toLowerCase(Locale.ROOT) : null;
    }

    /** The first given option that only the libc underlay has; null if there is none. */
    String firstOfLibc()
    {
        return udpChecksum == UdpChecksum.OFF ? "--udp-checksum off" :
            group != null ? "--group " + group : null;
    }

    private static int octet(final String option, final String text, final int least)
    {
        if (INHERIT.equals(text))
        {
            return OuterContext.INHERIT;
        }
        int value = -1;
        if (text.matches("0x[0-9a-fA-F]{1,2}|[0-9]{1,3}"))
        {
            value = Integer.decode(text.startsWith("0x") ? text : text.replaceFirst("^0+(?=.)", ""));
        }
        require(value >= least && value <= 255, option + " " + text + ": neither " + least + "...255 nor inherit");
        return value;
    }
}
