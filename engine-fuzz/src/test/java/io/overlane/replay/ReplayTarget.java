// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.pcap.CaptureReader;
import io.overlane.pcap.CaptureTarget;
import io.overlane.pcap.PcapException;
import io.overlane.policy.SegmentContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.SortedSet;

/** A capture goes through the IP and UDP layers of an imagined host and through an engine, twice with one result. */
public final class ReplayTarget implements FuzzTarget
{
    private static final int MOST_SEGMENTS = 4;

    @Override
    public void accept(final byte[] input) throws IOException
    {
        try
        {
            final SortedSet<Integer> vnis = Replay.vnis(reader(input), stack());
            final ReplayResult first = run(input, vnis);
            final ReplayResult second = run(input, vnis);
            assertEquals(first.verdicts(), second.verdicts(), "the same verdicts each time");
            assertEquals(first.frames(), second.frames(), "the same frames each time");
            first.differences();
        }
        catch (final PcapException ex)
        {
            Input.assertOneLine(ex);
        }
    }

    private static ReplayResult run(final byte[] input, final SortedSet<Integer> vnis) throws IOException
    {
        final EngineContext context = new EngineContext()
            .fdb(fdb -> fdb.maxEntries(64)).maxNeighbors(16).maxRemotes(16).maxRoutes(16).maxDropLines(64);
        context.segment(new SegmentContext(1).policy(policy -> policy.learning(true))
            .flood(new Vtep(IpAddress.parse("192.0.2.10"), 8472)));
        vnis.stream().filter(vni -> vni != 1).limit(MOST_SEGMENTS).forEach(vni ->
            context.segment(new SegmentContext(vni)));
        return Replay.run(reader(input), stack(), context, engine -> {});
    }

    private static CaptureReader reader(final byte[] input) throws IOException
    {
        return CaptureReader.open(Channels.newChannel(new ByteArrayInputStream(input)), "fuzz.pcap");
    }

    private static OuterStack stack()
    {
        return new OuterStack(Replay.USUAL_PORTS);
    }

    @Override
    public List<byte[]> seeds() throws IOException
    {
        return CaptureTarget.captures();
    }
}
