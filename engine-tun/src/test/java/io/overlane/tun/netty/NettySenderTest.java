package io.overlane.tun.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.underlay.SendBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the sender does when the event loop is slow or the kernel refuses. */
class NettySenderTest
{
    private static final IpAddress REMOTE = IpAddress.parse("192.0.2.1");

    private final Wire wire = new Wire();
    private final List<Throwable> errors = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(wire);
    private final NettySender sender = new NettySender(channel, true, false, true, errors::add);
    private final SendBatch batch = new SendBatch(64);

    @AfterEach
    void shouldHaveReleasedEveryCopy()
    {
        wire.answerHeld();
        for (final ByteBuf bytes : wire.seen)
        {
            assertEquals(0, bytes.refCnt(), bytes.toString());
        }
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldSendAnEntryAgainInPiecesWhenItCannotBeSegmented()
    {
        wire.refusesSegments = true;
        add(2500, 1000);
        add(2100, 1000);

        sender.send(batch);

        assertEquals(List.of("joined 2500", "1000", "1000", "500", "1000", "1000", "100"), wire.log);
        assertEquals(List.of(), errors);
        assertEquals(0, sender.failures());
        assertFalse(sender.joins());
    }

    @Test
    void shouldSendAgainWhateverWasUnderWayWhenSegmentingFailed()
    {
        wire.refusesSegments = true;
        wire.holds = true;
        add(2000, 1000);
        add(2000, 1000);
        sender.send(batch);

        wire.holds = false;
        wire.answerHeld();

        assertEquals(List.of("joined 2000", "joined 2000", "1000", "1000", "1000", "1000"), wire.log);
        assertEquals(0, sender.failures());
    }

    @Test
    void shouldGoOnSegmentingWhenPiecesAreRefusedToo()
    {
        wire.refusesAll = true;
        add(2000, 1000);
        sender.send(batch);

        assertTrue(sender.joins());
        assertEquals(2, sender.failures());
    }

    @Test
    void shouldSegmentOnlyWhatOneCallTakes()
    {
        add(1000, 1000);
        add(64 * 100, 100);
        add(65 * 100, 100);

        sender.send(batch);

        assertEquals("1000", wire.log.get(0));
        assertEquals("joined 6400", wire.log.get(1));
        assertEquals(2 + 65, wire.log.size());
    }

    @Test
    void shouldReportFailedWritesOnceInAWhileAndCountAll()
    {
        wire.refusesAll = true;
        add(100, 0);
        add(100, 0);

        sender.send(batch);
        sender.send(batch);

        assertEquals(DropReason.NONE, batch.verdict(0));
        assertEquals(4, sender.failures());
        assertEquals(1, errors.size());
        assertTrue(errors.get(0).getMessage().contains("192.0.2.1"), errors.get(0).getMessage());
    }

    @Test
    void shouldSayBusyWhileTooMuchWaitsAndRecover()
    {
        wire.holds = true;
        for (int i = 0; i < 64; i++)
        {
            add(60_000, 0);
        }
        sender.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(63));
        sender.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(0));
        assertEquals(DropReason.UNDERLAY_BUSY, batch.verdict(63));

        wire.holds = false;
        wire.answerHeld();
        sender.send(batch);

        assertEquals(DropReason.NONE, batch.verdict(63));
    }

    @Test
    void shouldRefuseWhatItCannotSend()
    {
        batch.add(frame(100), 0, 1, 8472, 0, 0, 0, 0);
        batch.add(frame(100), REMOTE.high(), REMOTE.low(), 0, 0, 0, 0, 0);
        add(65_508, 0);
        add(0, 0);

        sender.send(batch);

        assertEquals(DropReason.UNDERLAY_UNREACHABLE, batch.verdict(0));
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, batch.verdict(1));
        assertEquals(DropReason.OVERSIZE, batch.verdict(2));
        assertEquals(DropReason.UNDERLAY_ERROR, batch.verdict(3));
        assertEquals(List.of(), wire.log);
    }

    private void add(final int length, final int segmentSize)
    {
        batch.add(frame(length), REMOTE.high(), REMOTE.low(), 8472, 0, 0, 0, segmentSize);
    }

    private static Frame frame(final int length)
    {
        return new FrameSlab(1, 66_000).frame(0).wrap(FrameSlab.HEADROOM, length);
    }

    /** Takes the place of the kernel: notes what is written, and takes, refuses or keeps it. */
    private static final class Wire extends ChannelOutboundHandlerAdapter
    {
        private final List<String> log = new ArrayList<>();
        private final List<ByteBuf> seen = new ArrayList<>();
        private final List<Runnable> held = new ArrayList<>();
        private boolean refusesSegments;
        private boolean refusesAll;
        private boolean holds;

        @Override
        public void write(final ChannelHandlerContext context, final Object message, final ChannelPromise promise)
        {
            final DatagramPacket packet = (DatagramPacket)message;
            final boolean isJoined = packet instanceof SegmentedDatagramPacket;
            log.add((isJoined ? "joined " : "") + packet.content().readableBytes());
            seen.add(packet.content());
            final Runnable answer = () ->
            {
                packet.release();
                if (refusesAll || refusesSegments && isJoined)
                {
                    promise.setFailure(new IOException("refused"));
                }
                else
                {
                    promise.setSuccess();
                }
            };
            if (holds)
            {
                held.add(answer);
            }
            else
            {
                answer.run();
            }
        }

        private void answerHeld()
        {
            held.forEach(Runnable::run);
            held.clear();
        }
    }
}
