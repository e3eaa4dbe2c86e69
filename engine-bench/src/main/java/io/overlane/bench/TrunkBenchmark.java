// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.port.Port;
import io.overlane.port.VlanTrunk;
import io.overlane.testkit.SilentPort;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * How long does a trunk take for a frame, in batches of 64: to sort frames of a device by their tag and give them to
 * the ports of the VLANs, and to offer frames of one VLAN with a tag? Without the engine's paths, a device or a socket.
 *
 * <p>{@code poll} includes the time to write 18 bytes of each frame anew, because sorting moves its MACs.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before a benchmark.
public class TrunkBenchmark extends PathBenchmark
{
    private static final int LENGTH = 1400;
    private static final int TAGGED_HEADER = 18;

    /** VLANs of the trunk, which the frames have in turn. */
    @Param({"1", "16", "100"})
    private int vlans;

    private final FrameBatch batch = new FrameBatch(Frames.BATCH);
    private final FrameBatch offered = new FrameBatch(Frames.BATCH);
    private Port[] ports;

    /** Open the trunk. */
    @Setup
    public void setup()
    {
        final byte[][] contents = new byte[Frames.BATCH][];
        final byte[][] plain = new byte[Frames.BATCH][];
        for (int i = 0; i < Frames.BATCH; i++)
        {
            plain[i] = Frames.ethernet(i, LENGTH);
            contents[i] = new byte[LENGTH + 4];
            System.arraycopy(plain[i], 0, contents[i], 0, 12);
            System.arraycopy(plain[i], 12, contents[i], 16, LENGTH - 12);
            contents[i][12] = (byte)0x81;
            contents[i][15] = (byte)(1 + i % vlans);
        }
        final VlanTrunk trunk = new VlanTrunk(new EndlessTrunk(contents), Frames.BATCH);
        ports = new Port[vlans];
        for (int i = 0; i < vlans; i++)
        {
            ports[i] = trunk.vlan(1 + i);
        }
        final FrameSlab slab = Frames.slab(plain);
        for (int i = 0; i < Frames.BATCH; i++)
        {
            offered.add(slab.frame(i));
        }
    }

    /** @return frames of one turn of all ports. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public int poll()
    {
        int frames = 0;
        for (final Port port : ports)
        {
            batch.clear();
            frames += port.poll(batch, Frames.BATCH);
        }
        return frames;
    }

    /** @return the frames. */
    @Benchmark
    @OperationsPerInvocation(Frames.BATCH)
    public FrameBatch offer()
    {
        ports[0].offer(offered);
        return offered;
    }

    /** Returns the same frames at each poll, and takes every frame. */
    private static final class EndlessTrunk extends SilentPort
    {
        private final byte[][] contents;
        private final FrameSlab slab;

        private EndlessTrunk(final byte[][] contents)
        {
            super("trunk");
            this.contents = contents;
            slab = Frames.slab(contents);
        }

        @Override
        public int poll(final FrameBatch polled, final int limit)
        {
            for (int i = 0; i < contents.length; i++)
            {
                final Frame frame = slab.frame(i);
                final MemoryBuffer buffer = frame.buffer();
                buffer.putBytes(FrameSlab.HEADROOM, contents[i], 0, TAGGED_HEADER);
                polled.add(frame.wrap(FrameSlab.HEADROOM, contents[i].length));
            }
            return contents.length;
        }
    }
}
