// SPDX-License-Identifier: Apache-2.0
package io.overlane.event.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbChange;
import io.overlane.control.FdbKind;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.event.EngineEvent;
import io.overlane.event.EngineEvent.Place;
import io.overlane.event.EventSubscription;
import io.overlane.fdb.FdbEntry;
import io.overlane.segment.LocalPorts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Events come to their subscribers in order; those that are lost are counted. */
class EventHubTest
{
    private static final IpAddress A = IpAddress.parse("192.0.2.10");
    private static final long MAC = 0x0200_0000_0001L;

    private long nowNs;
    private int looks;
    private final List<Throwable> errors = new ArrayList<>();
    private final EventQueue queue = new EventQueue(16, (vni, high, low) -> -1, () -> nowNs);
    private final EventHub hub = new EventHub(
        queue,
        (vni, id) -> id == 5 ? "eth-" + vni : null,
        isFirst -> looks++,
        GuardedErrorHandler.of(errors::add),
        null);
    private final List<EngineEvent> events = new ArrayList<>();

    @Test
    void shouldDeliverWhatHappened()
    {
        hub.subscribe(Runnable::run, events::add);
        final long word = FdbEntry.word(FdbEntry.LEARNED, 3, false);
        nowNs = 7;
        queue.offerFdbChange(
            FdbChange.MOVED, 42, MAC, word, A.high(), A.low(), 4789, LocalPorts.ADDRESS_HIGH, 5, 4789);
        queue.offerFdbChange(FdbChange.LEARNED, 42, MAC, word, LocalPorts.ADDRESS_HIGH, 6, 4789, 0, 0, 0);
        queue.offer(new EngineEvent.PortAdded(8, 42, "eth"));
        queue.offerUnknownStation(42, MAC);
        queue.offerUnknownNeighbor(42, A.high(), A.low());
        queue.offerLearnLimited(42, A.high(), A.low(), 4789);
        hub.dispatch();
        final MacAddress mac = new MacAddress(MAC);
        final Place atA = new Place(new Vtep(A, 4789), null);
        assertEquals(List.of(
            new EngineEvent.MacChanged(
                7, FdbChange.MOVED, 42, mac, FdbKind.LEARNED, atA, new Place(null, "eth-42")),
            new EngineEvent.MacChanged(
                7, FdbChange.LEARNED, 42, mac, FdbKind.LEARNED, new Place(null, null), null),
            new EngineEvent.PortAdded(8, 42, "eth"),
            new EngineEvent.UnknownStation(7, 42, mac),
            new EngineEvent.UnknownNeighbor(7, 42, A),
            new EngineEvent.LearnLimited(7, 42, atA)), events);
    }

    @Test
    void shouldTakeNothingWithoutASubscriber()
    {
        queue.offerUnknownStation(1, 1);
        final EventSubscription subscription = hub.subscribe(Runnable::run, events::add);
        subscription.close();
        queue.offerUnknownStation(1, 2);
        hub.subscribe(Runnable::run, events::add);
        queue.offerUnknownStation(1, 3);
        hub.dispatch();
        assertEquals(List.of(new EngineEvent.UnknownStation(0, 1, new MacAddress(3))), events);
    }

    @Test
    void shouldNotDeliverEventsFromBeforeTheSubscription()
    {
        hub.subscribe(Runnable::run, event -> {});
        queue.offerUnknownStation(1, 1);
        nowNs = 1;
        hub.subscribe(Runnable::run, events::add);
        hub.dispatch();
        assertEquals(List.of(), events);
    }

    @Test
    void shouldReportHowManyEventsFoundNoRoom()
    {
        final EventSubscription subscription = hub.subscribe(Runnable::run, events::add);
        for (int i = 0; i < 100; i++)
        {
            queue.offerUnknownStation(1, i);
        }
        queue.offer(new EngineEvent.SegmentAdded(0, 9));
        hub.dispatch();
        final int delivered = events.size() - 1;
        assertTrue(delivered >= 16, "held: " + delivered);
        assertEquals(new EngineEvent.EventsLost(0, 101 - delivered), events.get(0));
        assertEquals(new EngineEvent.UnknownStation(0, 1, new MacAddress(0)), events.get(1), "the first stay");
        assertEquals(101 - delivered, subscription.lost());
        queue.offer(new EngineEvent.SegmentAdded(0, 10));
        hub.dispatch();
        assertEquals(new EngineEvent.SegmentAdded(0, 10), events.get(events.size() - 1));
    }

    @Test
    void shouldCountWhatASlowSubscriberHasNoRoomFor()
    {
        final Queue<Runnable> tasks = new ArrayDeque<>();
        final EventSubscription slow = hub.subscribe(tasks::add, events::add);
        final List<EngineEvent> quick = new ArrayList<>();
        hub.subscribe(Runnable::run, quick::add);
        for (int i = 0; i < Subscriber.CAPACITY + 3; i++)
        {
            queue.offerUnknownStation(1, i);
            hub.dispatch();
        }
        assertEquals(3, slow.lost());
        assertEquals(3, hub.lost());
        assertEquals(Subscriber.CAPACITY + 3, quick.size());
        assertEquals(1, tasks.size(), "one task for all");
        tasks.remove().run();
        assertEquals(new EngineEvent.EventsLost(0, 3), events.get(0));
        assertEquals(Subscriber.CAPACITY + 1, events.size());
    }

    @Test
    void shouldGoOnWhenASubscriberThrows()
    {
        hub.subscribe(Runnable::run, event ->
        {
            events.add(event);
            throw new IllegalStateException("unlucky");
        });
        queue.offerUnknownStation(1, 1);
        queue.offerUnknownStation(1, 2);
        hub.dispatch();
        assertEquals(2, events.size());
        assertEquals(2, errors.size());
    }

    @Test
    void shouldCountEventsThatTheExecutorRefused()
    {
        final EventSubscription refused = hub.subscribe(task ->
        {
            throw new RejectedExecutionException("shut down");
        }, events::add);
        queue.offerUnknownStation(1, 1);
        hub.dispatch();
        assertEquals(1, refused.lost());
        assertEquals(1, errors.size());
    }

    @Test
    void shouldKeepTheOrderOnAPoolOfThreads() throws InterruptedException
    {
        final ExecutorService pool = Executors.newFixedThreadPool(4);
        final CountDownLatch delivered = new CountDownLatch(50_000);
        final EventSubscription subscription = hub.subscribe(pool, event ->
        {
            events.add(event);
            delivered.countDown();
        });
        for (int i = 0; i < 50_000; i++)
        {
            queue.offerUnknownStation(1, i);
            hub.dispatch();
        }
        assertTrue(delivered.await(30, TimeUnit.SECONDS));
        pool.shutdown();
        assertEquals(0, subscription.lost());
        for (int i = 0; i < 50_000; i++)
        {
            assertEquals(new EngineEvent.UnknownStation(0, 1, new MacAddress(i)), events.get(i));
        }
    }

    @Test
    void shouldLookOnceASecond()
    {
        hub.dispatch();
        assertEquals(0, looks, "nobody subscribes");
        hub.subscribe(Runnable::run, events::add);
        hub.dispatch();
        hub.dispatch();
        assertEquals(1, looks);
        nowNs = TimeUnit.SECONDS.toNanos(1);
        hub.dispatch();
        assertEquals(2, looks);
    }

    @Test
    void shouldEndWithTheLastEvent()
    {
        hub.subscribe(Runnable::run, events::add);
        queue.offerUnknownStation(1, 1);
        hub.end(null);
        assertEquals(2, events.size());
        assertEquals(new EngineEvent.EngineEnded(0, null), events.get(1));
    }

    @Test
    void shouldDispatchOnAThreadOfItsOwnWhileSomebodySubscribes() throws InterruptedException
    {
        final List<Thread> threads = new ArrayList<>();
        final EventHub threaded = new EventHub(
            queue, (vni, id) -> null, isFirst -> {}, GuardedErrorHandler.of(errors::add), body ->
            {
                threads.add(new Thread(body));
                threads.get(threads.size() - 1).start();
            });
        for (int i = 0; i < 2; i++)
        {
            final CountDownLatch delivered = new CountDownLatch(1);
            final EventSubscription first = threaded.subscribe(Runnable::run, event -> delivered.countDown());
            queue.offerUnknownStation(1, 1);
            assertTrue(delivered.await(10, TimeUnit.SECONDS));
            first.close();
            threads.get(i).join(TimeUnit.SECONDS.toMillis(10));
            assertFalse(threads.get(i).isAlive(), "nobody subscribes");
        }
        assertEquals(2, threads.size());
        final CountDownLatch ended = new CountDownLatch(1);
        threaded.subscribe(Runnable::run, event -> ended.countDown());
        threaded.end(null);
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        threads.get(2).join(TimeUnit.SECONDS.toMillis(10));
        assertFalse(threads.get(2).isAlive(), "the engine has ended");
    }
}
