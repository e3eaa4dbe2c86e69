// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.conformance.Conformance;
import io.overlane.control.FdbContext;
import io.overlane.fdb.Fdb;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.neighbor.NeighborTable;
import io.overlane.parse.Layer3;
import io.overlane.status.TableCounters;
import io.overlane.testdata.FrameSpec;
import org.junit.jupiter.api.Test;

/** A station behind a port of this engine gets the question and answers for itself. */
class SuppressPortTest
{
    private static final int VNI = 1;
    private static final int PORT = 5;
    private static final long MAC = 0x0200_0000_0099L;

    @Test
    @Conformance(row = 93)
    void shouldNotAnswerForAStationBehindAPort()
    {
        final Fdb fdb = new Fdb(new FdbContext().maxEntries(8), destination -> {}, new TableCounters());
        final NeighborTable neighbors = new NeighborTable(8);
        final IpAddress address = IpAddress.parse("10.0.0.9");
        neighbors.put(VNI, address.high(), address.low(), MAC);
        final Suppress suppress = new Suppress(neighbors, fdb, remote -> remote == PORT, null);

        fdb.learn(VNI, MAC, PORT, 0);
        assertFalse(isAnswered(suppress));
        fdb.learn(VNI, MAC, PORT + 1, 0);
        assertTrue(isAnswered(suppress));
    }

    private static boolean isAnswered(final Suppress suppress)
    {
        final byte[] bytes = FrameSpec.arpRequest("10.0.0.1", "10.0.0.9").bytes();
        final Frame frame = new FrameSlab(1, bytes.length).frame(0).wrap(FrameSlab.HEADROOM, bytes.length);
        frame.buffer().putBytes(frame.offset(), bytes);
        return suppress.answer(frame, Layer3.of(frame, true), VNI);
    }
}
