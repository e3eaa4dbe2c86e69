// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.fdb.Fdb;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.bridge.LocalSwitch;
import io.overlane.status.PathCounters;

/**
 * What the encap paths of one thread share.
 *
 * @param fdb        where destinations live.
 * @param out        to the underlay.
 * @param local      to other ports of a segment; null where every segment keeps to one port.
 * @param counters   encap counters.
 * @param ports      calls the ports.
 * @param icmpErrors how many senders of frames that are too long may be told so.
 * @param batchLimit frames that are carried together at most.
 */
public record EncapShared(
    Fdb fdb,
    SendQueue out,
    LocalSwitch local,
    PathCounters counters,
    PortGuard ports,
    RateLimit icmpErrors,
    int batchLimit)
{
}
