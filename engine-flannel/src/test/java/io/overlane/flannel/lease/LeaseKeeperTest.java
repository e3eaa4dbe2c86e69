// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A lease is kept, whatever becomes of it, on a clock the test turns. */
class LeaseKeeperTest
{
    private static final Duration DAY = Duration.ofHours(24);
    private static final LeaseAttributes ATTRIBUTES =
        LeaseAttributes.ofV4(IpAddress.parse("192.0.2.1"), "vxlan", "{\"VNI\":1}");
    private static final Lease LEASE = new Lease(SubnetKey.parse("10.5.1.0-24"), ATTRIBUTES, DAY, false, 5);

    private final SteppedAlarms alarms = new SteppedAlarms();
    private final ScriptedManager manager = new ScriptedManager();
    private final List<String> told = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final LeaseKeeper keeper = new LeaseKeeper(
        manager, LEASE, LeaseKeeper.DEFAULT_MARGIN, alarms,
        new LeaseKeeper.Listener()
        {
            @Override
            public void onKept(final Lease lease)
            {
                told.add("kept " + lease.key());
            }

            @Override
            public void onMoved(final Lease before, final Lease now)
            {
                told.add("moved " + before.key() + " " + now.key());
            }

            @Override
            public void onReconfigured()
            {
                told.add("reconfigured");
            }
        },
        notices::add).start();

    @Test
    void shouldRenewAnHourBeforeTheEnd()
    {
        alarms.advance(Duration.ofHours(23).minusSeconds(1));
        assertEquals(0, manager.renewals);
        alarms.advance(Duration.ofSeconds(1));
        assertEquals(1, manager.renewals);
        alarms.advance(Duration.ofHours(23));
        assertEquals(2, manager.renewals);
        assertEquals(List.of("kept 10.5.1.0/24", "kept 10.5.1.0/24"), told);
    }

    @Test
    void shouldTryEveryMinuteWhileTheRegistryIsOutOfReach()
    {
        manager.failure = new RegistryException(RegistryException.Kind.UNREACHABLE, "etcd: down");
        alarms.advance(Duration.ofHours(23));
        alarms.advance(Duration.ofMinutes(10));
        assertEquals(11, manager.renewals);
        manager.failure = null;
        alarms.advance(Duration.ofMinutes(1));
        assertEquals(List.of("kept 10.5.1.0/24"), told);
        assertTrue(notices.get(0).contains("etcd: down"), notices.toString());
    }

    @Test
    void shouldNotRenewAShortLeaseInALoop()
    {
        manager.timeToLive = Duration.ofMinutes(10);
        alarms.advance(Duration.ofHours(23));
        alarms.advance(Duration.ofMinutes(10));
        assertEquals(3, manager.renewals);
    }

    @Test
    void shouldAcquireAgainWhenRevoked()
    {
        alarms.advance(Duration.ZERO);
        manager.watched.onLost();
        alarms.advance(Duration.ZERO);
        assertEquals(List.of("kept 10.5.1.0/24"), told);
        assertEquals(List.of(LEASE.key()), manager.previous);
        alarms.advance(Duration.ofHours(23));
        assertEquals(1, manager.renewals);
    }

    @Test
    void shouldKeepAskingForALeaseWithGrowingPauses()
    {
        alarms.advance(Duration.ZERO);
        manager.failure = new RegistryException(RegistryException.Kind.UNREACHABLE, "etcd: down");
        manager.watched.onLost();
        alarms.advance(Duration.ZERO);
        alarms.advance(Duration.ofSeconds(1));
        alarms.advance(Duration.ofSeconds(2));
        alarms.advance(Duration.ofSeconds(3));
        assertEquals(3, manager.previous.size());
        manager.failure = null;
        alarms.advance(Duration.ofMinutes(1));
        assertEquals(List.of("kept 10.5.1.0/24"), told);
    }

    @Test
    void shouldMoveWhenSomebodyElseHasTheSubnet()
    {
        alarms.advance(Duration.ZERO);
        final LeaseAttributes other = LeaseAttributes.ofV4(IpAddress.parse("192.0.2.9"), "vxlan", "{\"VNI\":1}");
        manager.next = new Lease(SubnetKey.parse("10.5.2.0-24"), ATTRIBUTES, DAY, false, 9);
        manager.heldBy = "192.0.2.9";
        final OwnLeaseListener first = manager.watched;
        first.onWritten(new Lease(LEASE.key(), other, null, false, 8));
        alarms.advance(Duration.ZERO);
        assertEquals(List.of("another program wrote the key of lease 10.5.1.0/24 for 192.0.2.9",
            "lease is held by 192.0.2.9; acquiring a lease again", "lease 10.5.2.0/24 replaces 10.5.1.0/24"), notices);
        assertEquals(List.of("moved 10.5.1.0/24 10.5.2.0/24"), told);
        assertEquals("10.5.2.0/24", keeper.lease().key().toString());
        assertEquals(1, manager.closedWatches);
        // What the old watch still says is of no concern.
        first.onLost();
        alarms.advance(Duration.ZERO);
        assertEquals(1, told.size());
    }

    private void write(final LeaseAttributes attributes, final boolean reserved, final long revision)
    {
        manager.watched.onWritten(new Lease(LEASE.key(), attributes, null, reserved, revision));
        alarms.advance(Duration.ZERO);
    }

    @Test
    void shouldIgnoreItsOwnWritesAndCorrectForeignOnesAtOnce()
    {
        alarms.advance(Duration.ZERO);
        write(ATTRIBUTES, false, 5);
        assertEquals(0, manager.renewals);
        manager.revision = 7;
        write(LeaseAttributes.UNREADABLE, true, 6);
        assertEquals(1, manager.renewals);
        write(ATTRIBUTES, false, 7);
        alarms.advance(LeaseKeeper.RETRY);
        assertEquals(1, manager.renewals, "7 is what it wrote itself");
        assertEquals(List.of("another program wrote the key of lease 10.5.1.0/24 with a value that cannot be read"),
            notices);
    }

    @Test
    void shouldSayThatAnotherNodeMayHaveItsAddress()
    {
        alarms.advance(Duration.ZERO);
        manager.revision = 7;
        write(ATTRIBUTES, false, 6);
        assertEquals(List.of("another program wrote the key of lease 10.5.1.0/24 with our public address 192.0.2.1; " +
            "a second node with that address would share the subnet"), notices);
        assertEquals(1, manager.renewals);
    }

    @Test
    void shouldAskQuietlyAboutAReservationAndAboutARestoredRegistry()
    {
        alarms.advance(Duration.ZERO);
        write(ATTRIBUTES, true, 6);
        alarms.advance(LeaseKeeper.RETRY);
        assertEquals(1, manager.renewals);
        write(ATTRIBUTES, false, 2);
        assertEquals(2, manager.renewals);
        assertEquals(List.of(), notices);
    }

    @Test
    void shouldCorrectLessAndLessOftenWhatAnotherNodeWritesAgainAndAgain()
    {
        alarms.advance(Duration.ZERO);
        final LeaseAttributes other = LeaseAttributes.ofV4(IpAddress.parse("192.0.2.1"), "vxlan", "{\"VNI\":2}");
        final Duration step = Duration.ofMillis(500);
        for (Duration passed = Duration.ZERO; passed.toMinutes() < 60; passed = passed.plus(step))
        {
            // Each time the key has a new value, of the other node or of this one.
            manager.revision++;
            manager.watched.onWritten(new Lease(LEASE.key(), other, null, false, ++manager.revision));
            alarms.advance(step);
        }
        assertTrue(manager.renewals >= 14 && manager.renewals <= 17, "0.1 + 0.2 + 0.4 … s: " + manager.renewals);
        alarms.advance(Duration.ofHours(2));
        final int before = manager.renewals;
        manager.watched.onWritten(new Lease(LEASE.key(), other, null, false, ++manager.revision));
        alarms.advance(Duration.ZERO);
        assertEquals(before + 1, manager.renewals, "after a quiet time it corrects at once again");
    }

    @Test
    void shouldLeaveAnotherConfigurationToTheNode()
    {
        alarms.advance(Duration.ZERO);
        manager.failure = new RegistryException(
            RegistryException.Kind.RECONFIGURED, "the network has another configuration now");
        manager.watched.onLost();
        alarms.advance(Duration.ofDays(2));
        assertEquals(List.of("reconfigured"), told);
        assertEquals(1, manager.previous.size());
        assertEquals(0, manager.renewals);
    }

    @Test
    void shouldAcquireAgainWhenRenewingFindsTheLeaseGone()
    {
        manager.failure = new RegistryException(RegistryException.Kind.CONFLICT, "lease is gone");
        alarms.advance(Duration.ofHours(23));
        manager.failure = null;
        alarms.advance(Duration.ofSeconds(1));
        assertEquals(List.of("kept 10.5.1.0/24"), told);
    }

    @Test
    void shouldPublishAtOnce()
    {
        alarms.advance(Duration.ZERO);
        final LeaseAttributes moved = LeaseAttributes.ofV4(IpAddress.parse("192.0.2.7"), "vxlan", "{\"VNI\":1}");
        keeper.publish(moved);
        alarms.advance(Duration.ZERO);
        assertEquals(1, manager.renewals);
        assertEquals(moved, keeper.lease().attributes());
    }

    @Test
    void shouldNotRenewAReservation()
    {
        final LeaseKeeper reserved = new LeaseKeeper(
            manager, new Lease(LEASE.key(), ATTRIBUTES, null, true, 5), LeaseKeeper.DEFAULT_MARGIN, alarms,
            new LeaseKeeper.Listener()
            {
                @Override
                public void onKept(final Lease lease)
                {
                }

                @Override
                public void onMoved(final Lease before, final Lease now)
                {
                }

                @Override
                public void onReconfigured()
                {
                }
            },
            notices::add).start();
        alarms.advance(Duration.ofHours(22));
        assertEquals(0, manager.renewals);
        assertFalse(reserved.lease().timeToLive() != null);
    }

    /** Alarms that go off when the test turns the clock, on its thread. */
    private static final class SteppedAlarms implements Alarms
    {
        private final List<Due> due = new ArrayList<>();
        private Duration now = Duration.ZERO;

        private record Due(Duration at, Runnable task)
        {
        }

        @Override
        public Alarm after(final Duration delay, final Runnable task)
        {
            final Due item = new Due(now.plus(delay), task);
            due.add(item);
            return () -> due.remove(item);
        }

        void advance(final Duration step)
        {
            final Duration until = now.plus(step);
            while (true)
            {
                Due first = null;
                for (final Due item : due)
                {
                    if (item.at().compareTo(until) <= 0 && (first == null || item.at().compareTo(first.at()) < 0))
                    {
                        first = item;
                    }
                }
                if (first == null)
                {
                    now = until;
                    return;
                }
                due.remove(first);
                now = first.at();
                first.task().run();
            }
        }

        @Override
        public void close()
        {
            due.clear();
        }
    }

    /** A manager that does what the test tells it. */
    private static final class ScriptedManager implements SubnetManager
    {
        private final List<SubnetKey> previous = new ArrayList<>();
        private RegistryException failure;
        private Duration timeToLive = DAY;
        private long revision = 5;
        private String heldBy;
        private Lease next;
        private int renewals;
        private int closedWatches;
        private OwnLeaseListener watched;

        @Override
        public NetworkConfig networkConfig()
        {
            throw new UnsupportedOperationException();
        }

        @Override
        public LeaseAttributes published(final IpAddress publicIp)
        {
            return null;
        }

        @Override
        public Lease acquire(final LeaseAttributes attributes, final SubnetKey before)
        {
            previous.add(before);
            if (failure != null)
            {
                throw failure;
            }
            return next != null ? next : new Lease(before, attributes, timeToLive, false, 7);
        }

        @Override
        public Lease renew(final Lease lease)
        {
            renewals++;
            if (failure != null)
            {
                throw failure;
            }
            if (heldBy != null)
            {
                throw new RegistryException(RegistryException.Kind.CONFLICT, "lease is held by " + heldBy);
            }
            return new Lease(lease.key(), lease.attributes(), timeToLive, false, revision);
        }

        @Override
        public Watch watchLeases(final SubnetKey own, final LeaseListener listener)
        {
            throw new UnsupportedOperationException();
        }

        @Override
        public Watch watchLease(final SubnetKey own, final OwnLeaseListener listener)
        {
            watched = listener;
            return () -> closedWatches++;
        }

        @Override
        public void close()
        {
        }
    }
}
