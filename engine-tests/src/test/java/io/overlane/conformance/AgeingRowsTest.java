// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.FdbTrial.A;
import static io.overlane.conformance.FdbTrial.B;
import static io.overlane.conformance.FdbTrial.M;
import static io.overlane.conformance.FdbTrial.VNI;
import static io.overlane.conformance.FdbTrial.learning;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.MacAddress;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.fdb.FdbEntry;
import io.overlane.status.TableCounters;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which entries stay, and for how long. */
class AgeingRowsTest
{
    private static final MacAddress DYNAMIC = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress EXTERNAL = MacAddress.parse("02:00:00:00:00:02");
    private static final MacAddress STATIC = MacAddress.parse("02:00:00:00:00:03");

    private final FdbTrial trial = new FdbTrial();

    @AfterEach
    void close()
    {
        trial.close();
    }

    @Test
    @Conformance(row = 45, behaviour = "the operator's entry takes the place of a learned one; refused only when " +
        "every entry is the operator's", deviation = "Linux ENOSPC: learned entries can shut out the operator's")
    void shouldMakeRoomForTheOperator()
    {
        trial.harness().context().fdb(fdb -> fdb.maxEntries(4));
        trial.launch();
        for (int i = 0; i < 4; i++)
        {
            trial.hear(A, new MacAddress(0x0200_0000_1000L + i));
        }
        for (int i = 0; i < 4; i++)
        {
            final FdbRequest request = new FdbRequest(VNI, new MacAddress(0x0200_0000_2000L + i), B);
            assertEquals(TableResult.DONE, trial.ask(control -> control.add(request)));
        }
        assertEquals(TableResult.NO_ROOM, trial.ask(control -> control.add(new FdbRequest(VNI, M, B))));
        assertEquals(1, trial.harness().engine().snapshot().tables().remotes(), "A is let go");
        assertEquals(4, trial.rows().size());
    }

    @Test
    @Conformance(row = 46, behaviour = "gone within about two seconds of its age",
        deviation = "Linux looks every 10 s")
    void shouldForgetASilentStation()
    {
        age(3);
        trial.launch();
        trial.hear(A, M);
        trial.step(2);
        assertEquals(A, trial.remoteOf(M));
        trial.step(2);
        assertNull(trial.remoteOf(M));
        assertEquals(1, trial.harness().engine().counters().tables().get(TableCounters.Event.AGED));
    }

    @Test
    @Conformance(row = 47)
    void shouldForgetAStationThatIsOnlySentTo()
    {
        age(3);
        trial.launch();
        trial.hear(A, M);
        for (int i = 0; i < 5; i++)
        {
            trial.sendTo(M);
            trial.step(1);
        }
        assertNull(trial.remoteOf(M));
    }

    @Test
    @Conformance(row = 48)
    void shouldForgetDynamicEntriesAndKeepStaticAndExternalOnes()
    {
        age(3);
        trial.launch();
        put();
        trial.step(5);
        trial.step(5);

        assertNull(trial.remoteOf(DYNAMIC));
        assertEquals(FdbEntry.EXTERNAL, trial.kindOf(EXTERNAL));
        assertEquals(FdbEntry.STATIC, trial.kindOf(STATIC));
    }

    @Test
    @Conformance(row = 49, behaviour = "as Linux, when asked to: a port that is down stays a port",
        deviation = "the engine does not flush by itself")
    void shouldFlushLearnedAndDynamicEntriesOnly()
    {
        trial.launch();
        put();
        trial.hear(A, M);
        final FdbFilter filter = FdbFilter.ALL.vni(VNI).kinds(FdbKind.LEARNED, FdbKind.DYNAMIC);

        assertEquals(2, trial.flush(filter));
        assertNull(trial.remoteOf(M));
        assertNull(trial.remoteOf(DYNAMIC));
        assertEquals(2, trial.rows().size());
    }

    @Test
    @Conformance(row = 50, behaviour = "0 means never", deviation = "Linux takes 300 s for it")
    void shouldNeverForgetWhenTheAgeIsZero()
    {
        age(0);
        trial.launch(learning());
        trial.hear(A, M);
        trial.step(1_000_000);
        assertEquals(A, trial.remoteOf(M));
    }

    private void age(final long seconds)
    {
        trial.harness().context().fdb(fdb -> fdb.ageNs(TimeUnit.SECONDS.toNanos(seconds)));
    }

    private void put()
    {
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(new FdbRequest(VNI, DYNAMIC, A).dynamic())));
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(new FdbRequest(VNI, EXTERNAL, A).external(7))));
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(new FdbRequest(VNI, STATIC, A))));
    }
}
