// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.tun.DescriptorChannel;
import io.overlane.tun.libc.LibC;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that ask each other, here in one process. */
@Timeout(60)
class HandOverTest
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final String ENDED_BEFORE = "the node that ran here ended before it was asked, and left no device";

    private final Queue<String> events = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path directory;
    private Path path;

    @AutoClose
    private HandOver next;

    @BeforeEach
    void requireNativeCalls()
    {
        assumeTrue(LibC.whyUnavailable() == null, LibC.whyUnavailable());
        path = directory.resolve("next.sock");
        next = new HandOver("node", path, () -> {}, events::add);
    }

    /** Ends as soon as it is asked, and leaves a note. */
    private HandOver running()
    {
        final HandOver[] running = new HandOver[1];
        running[0] = new HandOver("node", path, () -> give(running[0]), events::add);
        return running[0];
    }

    private static void give(final HandOver asked)
    {
        try
        {
            asked.leave(Map.of("device", LibC.open("/dev/null", 0)), List.of("a note"));
            asked.give();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void shouldGiveDescriptorsAndNotesToWhoAsks() throws IOException
    {
        try (HandOver running = running())
        {
            assertFalse(running.find());
            running.take();
            assertFalse(running.begin(), "nobody was there before");
            assertTrue(next.find());
            assertFalse(running.isAsked());
            next.take();
            assertTrue(running.isAsked());
        }
        assertEquals(List.of("device"), next.taken().names());
        assertEquals(List.of("a note"), next.taken().notes());
        assertEquals(
            List.of("another node takes over", "the node that ran here has ended and left device"),
            List.copyOf(events));
        assertTrue(next.begin());
        next.take();
        assertEquals(2, events.size(), "it must not ask itself");
    }

    @Test
    void shouldGoOnAloneIfTheOtherEndedAfterItWasFound() throws IOException
    {
        try (HandOver running = running())
        {
            running.begin();
            assertTrue(next.find());
        }
        next.take();
        assertEquals(List.of(ENDED_BEFORE), List.copyOf(events));
        assertTrue(next.begin(), "the ports of the other one are free now");
    }

    @Test
    void shouldGoOnAloneIfTheOtherEndsWithTheRequestUnread() throws IOException
    {
        final CompletableFuture<Void> taking;
        try (DescriptorChannel listener = DescriptorChannel.listen(path))
        {
            assertTrue(next.find());
            listener.accept(TIMEOUT_NS).close();
            taking = CompletableFuture.runAsync(this::take);
            listener.accept(TIMEOUT_NS).close();
        }
        taking.join();
        assertEquals(1, events.size());
        assertTrue(events.element().endsWith("left no device"), events::element);
    }

    private void take()
    {
        try
        {
            next.take();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void shouldServeWhoAsksFirstAndNotWhoCameFirst() throws IOException
    {
        try (HandOver running = running(); HandOver hanging = new HandOver("node", path, () -> {}, events::add))
        {
            running.begin();
            assertTrue(hanging.find());
            assertTrue(next.find());
            next.take();
        }
        assertEquals(List.of("a note"), next.taken().notes());
    }

    @Test
    void shouldSayWhyTheOtherMayNotEndAndWhatToDo() throws IOException
    {
        try (DescriptorChannel listener = DescriptorChannel.listen(path);
            HandOver impatient = new HandOver("node", path, () -> {}, events::add, 1))
        {
            assertTrue(impatient.find());
            assertEquals("the node that answers at " + path + " has not ended within 0 s: another process takes over" +
                " from it, or it hangs; wait until it has ended, or end it, then start this node again",
                assertThrows(IOException.class, impatient::take).getMessage());
            assertFalse(listener.isClosed());
        }
    }
}
