// SPDX-License-Identifier: Apache-2.0
package io.overlane.parse;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.wire.Scratch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layer 3 behind no, one, two and too many VLAN tags, whole and cut anywhere. */
class Layer3Test
{
    private static final String MACS = "fedcba987654021122334455";

    @ParameterizedTest
    @CsvSource({
        "0800, 0, 14, 0800",
        "8100000a0800, 1, 18, 0800",
        "88a8000a86dd, 1, 18, 86dd",
        "88a800648100000a0806, 2, 22, 0806",
        "81000064810000648100000a0800, 3, 26, 0800",
        "81000001810000028100000381000004810000058100000681000007" + "0800, 7, 42, 0800",
        "8100000181000002810000038100000481000005810000068100000781000008" + "0800, 7, 42, 8100",
        "91000001, 0, 14, 9100"})
    void shouldFindLayerThreeBehindUpToSevenTags(
        final String types, final int tags, final int headerLength, final String etherType)
    {
        final String frame = MACS + types + "45000014";
        final Scratch scratch = Scratch.of(frame);
        final int length = frame.length() / 2;
        final int layer3 = Layer3.ofEthernet(scratch.buffer, OFFSET, length);
        assertEquals(tags, Layer3.tagCount(layer3));
        assertEquals(headerLength, Layer3.offset(layer3));
        assertEquals(Integer.parseInt(etherType, 16), Layer3.etherType(layer3));

        for (int cut = 0; cut < length; cut++)
        {
            final int ofCut = Layer3.ofEthernet(scratch.buffer, OFFSET, cut);
            assertEquals(cut >= headerLength ? layer3 : Layer3.NONE, ofCut, "cut at " + cut);
        }
    }

    @ParameterizedTest
    @CsvSource({"45, 0800", "60, 86dd", "00, 0", "50, 0", "f0, 0"})
    void shouldTellIpVersionsApart(final String firstByte, final String etherType)
    {
        final int layer3 = Layer3.ofIp(Scratch.of(firstByte).buffer, OFFSET, 1);
        assertEquals(Integer.parseInt(etherType, 16), layer3);
        assertEquals(0, Layer3.offset(layer3));
        assertEquals(Layer3.NONE, Layer3.ofIp(Scratch.of(firstByte).buffer, OFFSET, 0));
    }
}
