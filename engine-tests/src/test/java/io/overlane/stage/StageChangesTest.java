// SPDX-License-Identifier: Apache-2.0
package io.overlane.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.fate.Fate;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testkit.FateTally;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stages come and go at random while threads carry numbered frames: none is lost, none comes twice. */
class StageChangesTest
{
    private static final int VNI = 1;
    private static final int FRAMES = 20_000;
    private static final int NUMBER_OFFSET = 42;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final MacAddress OTHER = MacAddress.parse("02:00:00:00:00:02");
    private static final DropReason DENIED = DropReason.custom("test-changes");
    private static final byte[] FRAME = FrameSpec.ipv4Udp().destinationMac(OTHER.value()).payloadLength(100).bytes();

    private final Random random = new Random(0x57A6E);
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger denied = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "SPLIT"})
    void shouldLoseNoFrameWhileStagesComeAndGo(final ThreadingMode mode) throws Exception
    {
        final RingPort left = new RingPort("left", 1450, 256);
        final RingPort right = new RingPort("right", 1450, 4096);
        final FateTally ofSender = new FateTally();
        final FateTally ofReceiver = new FateTally();
        final OverlayEngine sender = launch(mode, left);
        final OverlayEngine receiver = launch(mode, right);
        try (sender; receiver)
        {
            sender.fates(ofSender);
            receiver.fates(ofReceiver);
            sender.control().operate(
                tables -> tables.replace(new FdbRequest(VNI, OTHER, receiver.local()))).get();
            assertTimeoutPreemptively(PATIENCE, () -> run(sender, receiver, left, right));
        }
        assertEquals(
            denied.get(),
            sender.counters().encap().dropped(DENIED) + receiver.counters().decap().dropped(DENIED));
        ofSender.assertMatches(sender);
        ofReceiver.assertMatches(receiver);
        assertTrue(receiver.counters().decap().mirrored() > 0);
        assertEquals(
            receiver.counters().decap().mirrored(), receiver.counters().encap().framesIn(),
            "each copy for a remote crosses to the thread that sends");
        assertEquals(List.of(), List.copyOf(errors));
    }

    private void run(
        final OverlayEngine sender, final OverlayEngine receiver, final RingPort left, final RingPort right)
    {
        final Deque<StageHandle> stages = new ArrayDeque<>();
        final boolean[] arrived = new boolean[FRAMES];
        final List<Integer> twice = new ArrayList<>();
        int sent = 0;
        while (sent < FRAMES)
        {
            final int index = left.tryClaim(FRAME.length);
            if (index >= 0)
            {
                left.buffer().putBytes(index, FRAME);
                left.buffer().putInt(index + NUMBER_OFFSET, sent++);
                left.commit(index);
            }
            if (random.nextInt(100) == 0)
            {
                final OverlayEngine engine = random.nextBoolean() ? sender : receiver;
                stages.add(engine.stages().add(stage(engine == sender, sender.local(), receiver.local())));
            }
            if (random.nextInt(100) == 0 && !stages.isEmpty())
            {
                (random.nextBoolean() ? stages.pollFirst() : stages.pollLast()).close();
            }
            receive(right, arrived, twice);
            // Loopback sockets drop what their receiver does not take in time.
            while (sent - count(arrived) - denied.get() > 64)
            {
                receive(right, arrived, twice);
            }
        }
        stages.forEach(StageHandle::close);
        while (count(arrived) + denied.get() < FRAMES)
        {
            receive(right, arrived, twice);
        }
        assertEquals(FRAMES, count(arrived) + denied.get());
        assertEquals(List.of(), twice);
        assertTrue(denied.get() > 0, "some stages dropped frames");
    }

    /** Passes, drops each seventh frame, redirects to where the frame would go anyway, or sends a copy back. */
    private StageContext stage(final boolean isSender, final Vtep sender, final Vtep receiver)
    {
        final StageTarget target = StageTarget.remote(receiver);
        final StageTarget back = StageTarget.remote(sender);
        return switch (random.nextInt(3))
        {
            case 0 -> new StageContext(frame -> {}).segment(VNI);
            case 1 -> new StageContext(frame ->
            {
                if (frame.buffer().getInt(frame.offset() + NUMBER_OFFSET) % 7 == 3)
                {
                    denied.incrementAndGet();
                    frame.drop(DENIED);
                }
            }).direction(isSender ? Fate.Direction.ENCAP : Fate.Direction.DECAP);
            default -> isSender ?
                new StageContext(frame -> frame.redirect(target)).direction(Fate.Direction.ENCAP).target(target) :
                new StageContext(frame -> frame.mirror(back)).direction(Fate.Direction.DECAP).target(back);
        };
    }

    private static void receive(final RingPort right, final boolean[] arrived, final List<Integer> twice)
    {
        right.poll((buffer, offset, length) ->
        {
            final int number = buffer.getInt(offset + NUMBER_OFFSET);
            if (arrived[number])
            {
                twice.add(number);
            }
            arrived[number] = true;
        }, 256);
    }

    private static int count(final boolean[] arrived)
    {
        int count = 0;
        for (final boolean is : arrived)
        {
            count += is ? 1 : 0;
        }
        return count;
    }

    private OverlayEngine launch(final ThreadingMode mode, final RingPort port) throws Exception
    {
        return OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(
                new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).errorHandler(errors::add)))
            .threadingMode(mode)
            .errorHandler(errors::add)
            .segment(new SegmentContext(VNI).port(port)));
    }
}
