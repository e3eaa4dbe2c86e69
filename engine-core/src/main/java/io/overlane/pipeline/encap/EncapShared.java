// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.fdb.Fdb;
import io.overlane.offload.GsoSplitter;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.bridge.LocalSwitch;
import io.overlane.pipeline.learning.LearnRing;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.pipeline.oversize.OversizeReply;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.status.PathCounters;
import io.overlane.wire.EthernetHeader;
import org.jspecify.annotations.Nullable;

/** Tables, queues and memory that the encap paths of one thread share; the memory is used for one batch at a time. */
public final class EncapShared
{
    final Fdb fdb;
    final SendQueue out;
    final LocalSwitch local;
    final PathCounters counters;
    final Fates fates;
    final PortGuard ports;
    final Suppress suppress;
    final @Nullable MissReporter misses;
    final OversizeReply oversize;
    final ThreadStages stages;
    final EncapGateway gateway;

    final long[] destinations;
    final long[] entries;
    /** The {@code Layer3} of each frame of the batch. */
    final int[] parsed;
    final GsoSplitter segments = new GsoSplitter();
    final Copies toPorts = new Copies();
    final EthernetHeader ethernet = new EthernetHeader();
    /** For frames that come from no port of their segment. */
    final OuterRules outerRules = new OuterRules();

    /**
     * @param peerUdpPort UDP port that the ports have in the table of remotes.
     * @param ring        to the thread that writes the FDB; null on that thread.
     * @param misses      reports stations that have no FDB entry; null if nobody wants the reports.
     * @param stages     of the application.
     * @param gateway    routes frames.
     * @param batchLimit  the most frames in a batch.
     */
    public EncapShared(
        final Fdb fdb,
        final SendQueue out,
        final int peerUdpPort,
        final @Nullable LearnRing ring,
        final Fates fates,
        final PortGuard ports,
        final Suppress suppress,
        final @Nullable MissReporter misses,
        final OversizeReply oversize,
        final ThreadStages stages,
        final EncapGateway gateway,
        final int batchLimit)
    {
        this.fdb = fdb;
        this.out = out;
        local = new LocalSwitch(
            fdb, out.remotes(), peerUdpPort, out.clock(), ring, fates, ports, batchLimit);
        counters = fates.counters();
        this.ports = ports;
        this.suppress = suppress;
        this.misses = misses;
        this.oversize = oversize;
        this.stages = stages;
        this.gateway = gateway;
        gateway.use(this);
        this.fates = fates;
        destinations = new long[batchLimit];
        entries = new long[batchLimit];
        parsed = new int[batchLimit];
    }
}
