// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.FdbTrial.A;
import static io.overlane.conformance.FdbTrial.B;
import static io.overlane.conformance.FdbTrial.C;
import static io.overlane.conformance.FdbTrial.M;
import static io.overlane.conformance.FdbTrial.VNI;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.fdb.FdbEntry;
import io.overlane.testdata.FrameSpec;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operations on the FDB, by their answers and by who is sent what afterwards. */
class FdbOperationRowsTest
{
    private static final MacAddress GROUP = MacAddress.parse("01:00:5e:01:02:03");

    private final FdbTrial trial = new FdbTrial();

    @BeforeEach
    void launch()
    {
        trial.launch();
    }

    @AfterEach
    void close()
    {
        trial.close();
    }

    @Test
    @Conformance(row = 96, behaviour = "as Linux, but a learned entry is none: it is replaced",
        deviation = "an entry learned by chance would otherwise keep the operator's out")
    void shouldNotAddWhatIsThere()
    {
        trial.hear(B, M);
        assertEquals(TableResult.DONE, add(M, A));
        assertEquals(A, trial.remoteOf(M));
        assertEquals(TableResult.EXISTS, add(M, A));
        assertEquals(TableResult.EXISTS, add(M, B));
        assertEquals(A, trial.remoteOf(M));
    }

    @Test
    @Conformance(row = 97, behaviour = "succeeds, changes nothing",
        deviation = "Linux takes kind and router flag over; here only replace changes a station's entry")
    void shouldNotChangeAStationByAppending()
    {
        assertEquals(TableResult.DONE, append(M, A));
        assertEquals(TableResult.DONE, append(M, B));
        assertEquals(
            TableResult.DONE, trial.ask(control -> control.append(new FdbRequest(VNI, M, B).dynamic().router())));
        assertEquals(A, trial.remoteOf(M));
        assertEquals(FdbEntry.STATIC, trial.kindOf(M));
        assertEquals(1, remotes());
    }

    @Test
    @Conformance(row = 98)
    void shouldReplaceAStationsRemoteAndMakeTheEntryIfThereIsNone()
    {
        assertEquals(TableResult.DONE, replace(M, A));
        assertEquals(TableResult.DONE, replace(M, B));
        assertEquals(B, trial.remoteOf(M));
        assertEquals(1, remotes());
    }

    @Test
    @Conformance(row = 99)
    void shouldNotReplaceGroups()
    {
        assertEquals(TableResult.NOT_SUPPORTED, replace(GROUP, A));
        assertEquals(TableResult.NOT_SUPPORTED, replace(FdbRequest.FLOOD_LIST, A));
        add(GROUP, A);
        add(FdbRequest.FLOOD_LIST, A);
        assertEquals(TableResult.NOT_SUPPORTED, replace(GROUP, B));
        assertEquals(TableResult.NOT_SUPPORTED, replace(FdbRequest.FLOOD_LIST, B));
        trial.sendTo(GROUP);
        assertEquals(List.of(1, 0, 0), trial.sent());
    }

    @Test
    @Conformance(row = 100)
    void shouldAppendRemotesToAGroupOnceEach()
    {
        for (final MacAddress mac : List.of(GROUP, FdbRequest.FLOOD_LIST))
        {
            assertEquals(TableResult.DONE, append(mac, A));
            assertEquals(TableResult.DONE, append(mac, A));
        }
        append(FdbRequest.FLOOD_LIST, B);
        append(GROUP, C);

        trial.sendTo(GROUP);
        assertEquals(List.of(1, 0, 1), trial.sent(), "the group has a list of its own");
        trial.sendTo(M);
        assertEquals(List.of(1, 1, 0), trial.sent());
        assertEquals(3, remotes());
    }

    @Test
    @Conformance(row = 101)
    void shouldNotAddToAGroupThatIsThere()
    {
        assertEquals(TableResult.DONE, add(FdbRequest.FLOOD_LIST, A));
        assertEquals(TableResult.EXISTS, add(FdbRequest.FLOOD_LIST, A));
        assertEquals(TableResult.EXISTS, add(FdbRequest.FLOOD_LIST, B));
        assertEquals(TableResult.DONE, add(GROUP, A));
        assertEquals(TableResult.EXISTS, add(GROUP, B));
    }

    @Test
    @Conformance(row = 102)
    void shouldDeleteOneRemoteOrTheWholeEntry()
    {
        for (final MacAddress mac : List.of(GROUP, FdbRequest.FLOOD_LIST))
        {
            append(mac, A);
            append(mac, B);
            append(mac, C);
            assertEquals(TableResult.DONE, delete(mac, B));
            trial.sendTo(GROUP);
            assertEquals(List.of(1, 0, 1), trial.sent());
            assertEquals(TableResult.NOT_FOUND, delete(mac, B));
            assertEquals(TableResult.DONE, delete(mac, null));
            assertEquals(TableResult.NOT_FOUND, delete(mac, null));
            trial.sendTo(GROUP);
            assertEquals(List.of(0, 0, 0), trial.sent());
            assertEquals(0, remotes());
        }
        add(GROUP, A);
        assertEquals(TableResult.DONE, delete(GROUP, A));
        assertEquals(0, trial.harness().engine().snapshot().tables().fdb(), "the last remote takes the entry along");
    }

    @Test
    @Conformance(row = 103)
    void shouldRefuseWhatMakesNoSense()
    {
        assertEquals(TableResult.NOT_FOUND, delete(M, null));
        add(M, A);
        assertEquals(TableResult.NOT_FOUND, delete(M, B));
        assertEquals(TableResult.NO_REMOTE, add(M, null));
        assertEquals(TableResult.WRONG_FAMILY, replace(M, Vtep.parse("[2001:db8::1]:8472", 0)));
        assertEquals(TableResult.NO_SEGMENT, trial.ask(control -> control.add(new FdbRequest(9, M, A))));
        assertEquals(TableResult.NO_SEGMENT, trial.ask(control -> control.delete(new FdbRequest(9, M, A))));
    }

    @Test
    @Conformance(row = 104, behaviour = "refused as a whole, and so is one against another control plane's entry",
        deviation = "Linux takes the remote over and only leaves state and flags")
    void shouldNotLetAControlPlaneTouchAUsersEntry()
    {
        add(M, A);
        assertEquals(TableResult.EXISTS, trial.ask(control -> control.add(new FdbRequest(VNI, M, B).external(1))));
        assertEquals(TableResult.REFUSED, trial.ask(control -> control.replace(new FdbRequest(VNI, M, B).external(1))));
        assertEquals(A, trial.remoteOf(M));

        final MacAddress other = MacAddress.parse("02:00:00:00:00:78");
        final FdbRequest request = new FdbRequest(VNI, other, B);
        assertEquals(TableResult.DONE, trial.ask(control -> control.replace(request.external(1))));
        assertEquals(TableResult.REFUSED, trial.ask(control -> control.replace(request.external(2))));
        assertEquals(TableResult.DONE, trial.ask(control -> control.replace(request.external(1))));
        assertEquals(TableResult.DONE, trial.ask(control -> control.replace(request)), "the user may");
        assertEquals(FdbEntry.STATIC, trial.kindOf(other));
        assertEquals(2, remotes());
    }

    @Test
    void shouldSendToThePortAndWithTheVniAnEntrySays()
    {
        final FdbRequest request = new FdbRequest(VNI, M, A).remoteVni(0xABCDEF);
        assertEquals(TableResult.DONE, trial.ask(control -> control.add(request)));
        trial.sendTo(M);
        final byte[] frame = FrameSpec.ipv4Udp().destinationMac(M.value()).bytes();
        assertEquals(
            List.of(hex(FrameSpec.vxlan(frame).vni(0xABCDEF).datagram())),
            trial.harness().sentTo(A).stream().map(FdbOperationRowsTest::hex).toList());
        assertEquals(TableResult.NOT_FOUND, delete(M, A), "another VNI is another remote");
        assertEquals(TableResult.DONE, trial.ask(control -> control.delete(request)));
        assertEquals(0, remotes());
    }

    @Test
    void shouldSendEachOfAListItsVni()
    {
        append(GROUP, A);
        assertEquals(TableResult.DONE, trial.ask(
            control -> control.append(new FdbRequest(VNI, GROUP, B).remoteVni(7))));
        append(GROUP, C);
        trial.sendTo(GROUP);
        assertEquals(VNI, vniSentTo(A));
        assertEquals(7, vniSentTo(B));
        assertEquals(VNI, vniSentTo(C));
        assertEquals(1, trial.harness().encap().delivered());
        assertEquals(2, trial.harness().encap().floodCopies());
    }

    @Test
    void shouldFlushByWhatTheFilterSays()
    {
        final MacAddress other = MacAddress.parse("02:00:00:00:00:78");
        add(M, A);
        trial.ask(control -> control.add(new FdbRequest(VNI, other, B).external(3)));
        append(GROUP, A);
        append(GROUP, B);
        append(FdbRequest.FLOOD_LIST, A);

        assertEquals(0, trial.flush(FdbFilter.ALL.vni(2)));
        assertEquals(0, trial.flush(FdbFilter.ALL.owner(4)));
        assertEquals(2, trial.flush(FdbFilter.ALL.remote(A.address())));
        assertNull(trial.remoteOf(M));
        trial.sendTo(GROUP);
        assertEquals(List.of(0, 1, 0), trial.sent());
        assertEquals(1, trial.flush(FdbFilter.ALL.owner(3)));
        assertNull(trial.remoteOf(other));
        assertEquals(1, trial.flush(FdbFilter.ALL), "what is left of the group");
        assertEquals(1, trial.flush(FdbFilter.ALL.mac(FdbRequest.FLOOD_LIST)));
        assertEquals(0, remotes());
    }

    private int vniSentTo(final Vtep remote)
    {
        final byte[] datagram = trial.harness().sentTo(remote).get(0);
        return (datagram[4] & 0xFF) << 16 | (datagram[5] & 0xFF) << 8 | datagram[6] & 0xFF;
    }

    private TableResult add(final MacAddress mac, final Vtep remote)
    {
        return trial.ask(control -> control.add(new FdbRequest(VNI, mac, remote)));
    }

    private TableResult append(final MacAddress mac, final Vtep remote)
    {
        return trial.ask(control -> control.append(new FdbRequest(VNI, mac, remote)));
    }

    private TableResult replace(final MacAddress mac, final Vtep remote)
    {
        return trial.ask(control -> control.replace(new FdbRequest(VNI, mac, remote)));
    }

    private TableResult delete(final MacAddress mac, final Vtep remote)
    {
        return trial.ask(control -> control.delete(new FdbRequest(VNI, mac, remote)));
    }

    private int remotes()
    {
        return trial.harness().engine().snapshot().tables().remotes();
    }

    private static String hex(final byte... bytes)
    {
        return HexFormat.of().formatHex(bytes);
    }
}
