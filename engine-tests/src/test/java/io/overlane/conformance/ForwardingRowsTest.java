// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.conformance.FdbTrial.A;
import static io.overlane.conformance.FdbTrial.B;
import static io.overlane.conformance.FdbTrial.C;
import static io.overlane.conformance.FdbTrial.M;
import static io.overlane.conformance.FdbTrial.VNI;
import static io.overlane.conformance.FdbTrial.learning;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableResult;
import io.overlane.testdata.FrameSpec;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where frames go that have an entry other than a station's plain one. */
class ForwardingRowsTest
{
    private static final MacAddress ALL = new MacAddress(MacAddress.BROADCAST);
    private static final MacAddress GROUP = MacAddress.parse("01:00:5e:01:02:03");
    private static final MacAddress OTHER_GROUP = MacAddress.parse("01:00:5e:01:02:04");

    private final FdbTrial trial = new FdbTrial();

    @AfterEach
    void close()
    {
        trial.close();
    }

    @Test
    @Conformance(row = 70)
    void shouldSendBroadcastsToTheirOwnEntryOnly()
    {
        trial.launch(learning().flood(A));
        trial.sendTo(ALL);
        assertEquals(List.of(1, 0, 0), trial.sent());

        append(new FdbRequest(VNI, ALL, B));
        append(new FdbRequest(VNI, ALL, C));
        trial.sendTo(ALL);
        assertEquals(List.of(0, 1, 1), trial.sent());
        trial.sendTo(M);
        assertEquals(List.of(1, 0, 0), trial.sent(), "unknown stations are no broadcasts");
    }

    @Test
    @Conformance(row = 71)
    void shouldSendToAGroupByItsOwnEntryOnly()
    {
        trial.launch(learning().flood(A));
        append(new FdbRequest(VNI, GROUP, B));
        trial.sendTo(GROUP);
        assertEquals(List.of(0, 1, 0), trial.sent());
        trial.sendTo(OTHER_GROUP);
        assertEquals(List.of(1, 0, 0), trial.sent());
        trial.sendTo(ALL);
        assertEquals(List.of(1, 0, 0), trial.sent());
    }

    @Test
    @Conformance(row = 72)
    void shouldSendWithTheVniAndToThePortOfAnEntry()
    {
        final Vtep elsewhere = new Vtep(B.address(), 4789);
        trial.launch(learning().flood(A));
        trial.harness().attach(elsewhere);
        append(new FdbRequest(VNI, M, elsewhere).remoteVni(77));
        trial.sendTo(M);

        assertEquals(List.of(0, 0, 0), trial.sent());
        final List<byte[]> datagrams = trial.harness().sentTo(elsewhere);
        assertEquals(1, datagrams.size());
        final FrameSpec frame = FrameSpec.ipv4Udp().destinationMac(M.value());
        assertArrayEquals(FrameSpec.vxlan(frame).vni(77).datagram(), datagrams.get(0));
    }

    @Test
    @Conformance(row = 73)
    void shouldSendFramesForTheOwnMacLikeAnyOther()
    {
        trial.launch(learning().flood(A).ownMac(M));
        trial.sendTo(M);
        assertEquals(List.of(1, 0, 0), trial.sent(), "flooded");

        append(new FdbRequest(VNI, M, B));
        trial.sendTo(M);
        assertEquals(List.of(0, 1, 0), trial.sent());
        assertEquals(List.of(), trial.harness().delivered());
    }

    private void append(final FdbRequest request)
    {
        assertEquals(TableResult.DONE, trial.ask(control -> control.append(request)));
    }
}
