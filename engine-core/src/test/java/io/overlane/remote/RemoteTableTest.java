// SPDX-License-Identifier: Apache-2.0
package io.overlane.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbContext;
import io.overlane.control.FdbRequest;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.status.TableCounters;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** References, reuse of numbers, and what a reader on another thread may rely on. */
class RemoteTableTest
{
    private static final IpAddress A = IpAddress.parse("192.0.2.1");
    private static final IpAddress B = IpAddress.parse("2001:db8::1");

    private final RemoteTable remotes = new RemoteTable(3, 1);

    @Test
    void shouldGiveOneNumberToOneVtep()
    {
        final int a = intern(A, 8472);
        assertEquals(a, intern(A, 8472));
        final int b = intern(B, 8472);
        assertTrue(a != b);
        assertEquals(2, remotes.references(a));
        assertEquals(2, remotes.size());
        assertEquals(new Vtep(A, 8472), remotes.vtep(a));
        assertEquals(new Vtep(B, 8472), remotes.vtep(b));
    }

    @Test
    void shouldFindByAddressTheFirstStillHeld()
    {
        assertEquals(RemoteTable.MISSING, remotes.find(A.high(), A.low()));
        final int first = intern(A, 8472);
        final int second = intern(A, 4789);
        final int third = intern(A, 1234);
        assertEquals(first, remotes.find(A.high(), A.low()));
        remotes.release(second);
        assertEquals(first, remotes.find(A.high(), A.low()));
        remotes.release(first);
        assertEquals(third, remotes.find(A.high(), A.low()));
        assertEquals(third, intern(A, 1234));
        remotes.release(third);
        assertEquals(third, remotes.find(A.high(), A.low()));
        remotes.release(third);
        assertEquals(RemoteTable.MISSING, remotes.find(A.high(), A.low()));
        assertEquals(0, remotes.size());
    }

    @Test
    void shouldReuseNumbersInTheOrderTheyWereFreed()
    {
        final int first = intern(A, 1);
        final int second = intern(A, 2);
        final int third = intern(A, 3);
        assertEquals(RemoteTable.MISSING, intern(A, 4));
        assertEquals(first, intern(A, 1), "known ones need no room");
        remotes.release(first);
        remotes.release(third);
        remotes.release(first);
        remotes.release(second);
        assertEquals(third, intern(B, 1));
        assertEquals(first, intern(B, 2));
        assertEquals(second, intern(B, 3));
    }

    @Test
    void shouldKeepAnAddressReadableUntilItsNumberIsReused()
    {
        final int remote = intern(A, 8472);
        remotes.release(remote);
        assertEquals(new Vtep(A, 8472), remotes.vtep(remote));
    }

    @Test
    void shouldNoticeOneReleaseTooMany()
    {
        final int remote = intern(A, 8472);
        remotes.release(remote);
        assertThrows(IllegalStateException.class, () -> remotes.release(remote));
        assertThrows(IllegalStateException.class, () -> remotes.retain(remote));
        assertThrows(IllegalArgumentException.class, () -> new RemoteTable(0));
    }

    @Test
    void shouldSurviveChurn()
    {
        final RemoteTable table = new RemoteTable(50, 1);
        final SplittableRandom random = new SplittableRandom(5);
        final Deque<Integer> held = new ArrayDeque<>();
        for (int i = 0; i < 100_000; i++)
        {
            if (held.size() < 40 && random.nextInt(2) == 0)
            {
                final int low = random.nextInt(30);
                final int port = random.nextInt(1, 4);
                final int remote = table.intern(0, low, port);
                assertEquals(low, table.low(remote));
                assertEquals(port, table.udpPort(remote));
                held.add(remote);
            }
            else if (!held.isEmpty())
            {
                final int remote = held.remove();
                assertEquals(table.low(remote), table.low(table.find(0, table.low(remote))));
                table.release(remote);
            }
        }
        held.forEach(table::release);
        assertEquals(0, table.size());
        for (int low = 0; low < 30; low++)
        {
            assertEquals(RemoteTable.MISSING, table.find(0, low));
        }
    }

    @Test
    void shouldShowReadersTheAddressOfANumberFromTheFdb() throws Exception
    {
        final int moves = 200_000;
        final long check = 0x5555_AAAA_1234_4321L;
        final RemoteTable table = new RemoteTable(moves, 1);
        final Fdb fdb = new Fdb(new FdbContext().maxEntries(8), destination -> {}, new TableCounters());
        final AtomicBoolean done = new AtomicBoolean();
        final ExecutorService thread = Executors.newSingleThreadExecutor();
        fdb.put(1, 2, FdbEntry.word(FdbEntry.STATIC, table.intern(check, 0, 1), false), FdbRequest.NO_OWNER, 0);
        try
        {
            final Future<Integer> reader = thread.submit(() ->
            {
                int last = 0;
                do
                {
                    final int remote = FdbEntry.remote(fdb.lookup(1, 2));
                    assertEquals(check, table.high(remote) ^ table.low(remote));
                    assertEquals(1 + remote % 1000, table.udpPort(remote));
                    last = remote;
                }
                while (!done.get());
                return last;
            });
            for (int i = 1; i < moves; i++)
            {
                final int remote = table.intern(check ^ i, i, 1 + i % 1000);
                fdb.put(1, 2, FdbEntry.word(FdbEntry.STATIC, remote, false), FdbRequest.NO_OWNER, 0);
            }
            done.set(true);
            assertTrue(reader.get() >= 0);
        }
        finally
        {
            done.set(true);
            thread.shutdownNow();
        }
    }

    private int intern(final IpAddress address, final int udpPort)
    {
        return remotes.intern(address.high(), address.low(), udpPort);
    }
}
