// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.tun.udp.UdpOptions;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.OuterContext;

/**
 * Settings of outer headers.
 *
 * @param ttl      as {@link OuterContext#ttl()} has it.
 * @param tos      as {@link OuterContext#tos()} has it.
 * @param df       don't-fragment bit.
 * @param checksum whether to send UDP checksums.
 * @param group    multicast group for flooded frames, or null.
 * @param device   interface of the group; null for the system's choice.
 */
public record OuterPlan(int ttl, int tos, DontFragment df, boolean checksum, IpAddress group, String device)
{
    /** The settings of a segment. */
    OuterContext context()
    {
        return new OuterContext().ttl(ttl).tos(tos).dontFragment(df);
    }

    /** The settings of the socket. */
    UdpOptions apply(final UdpOptions options)
    {
        return options.checksum(checksum).acceptZeroChecksum(!checksum).multicastInterface(device);
    }
}
