package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.outer.OuterContext;
import io.overlane.tun.UdpOptions;

/**
 * What outer headers are going to be like.
 *
 * @param context  TTL, TOS and DF.
 * @param checksum send UDP checksums.
 * @param group    multicast group for flooded frames, or null.
 * @param device   interface of the group; null: the system's choice.
 */
record OuterPlan(OuterContext context, boolean checksum, IpAddress group, String device)
{
    /** The settings that are the socket's. */
    UdpOptions apply(final UdpOptions options)
    {
        return options.checksum(checksum).acceptZeroChecksum(!checksum).multicastInterface(device);
    }
}
