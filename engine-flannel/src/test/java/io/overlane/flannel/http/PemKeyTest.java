// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testdata.Hex;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates that are none are refused in one line that names their text. */
class PemKeyTest
{
    /** Elements whose lengths are too great: of 2 GiB, negative as a number of 32 bits, and of more bytes than that. */
    @ParameterizedTest
    @ValueSource(strings = {
        "3000A0847FFFFFFF00", "300004FFA0", "300004 84FFFFFFFA 00", "3000A084FFFFFFF000",
        "3000A0890100000000000000000000", "300005", "30", "", "3000A0"})
    void shouldRefuseImpossibleLengths(final String der)
    {
        final String message = refusal("EC PRIVATE KEY",
            Base64.getEncoder().encodeToString(Hex.parse(der.replace(" ", ""))));
        assertTrue(message.startsWith("k.pem: "), message);
    }

    @Test
    void shouldNameTextWhoseBlockIsNoBase64()
    {
        assertTrue(refusal("PRIVATE KEY", "A").startsWith("k.pem: a block of it is not base64"));
        assertTrue(assertThrows(IllegalArgumentException.class, () ->
            PemTls.context(new Pem("ca.pem", pem("CERTIFICATE", "QUJD")), null, null))
            .getMessage().startsWith("ca.pem: not a usable certificate ("));
    }

    private static String refusal(final String label, final String base64)
    {
        return assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThrows(
            IllegalArgumentException.class, () -> PemKey.read(new Pem("k.pem", pem(label, base64)))).getMessage());
    }

    private static String pem(final String label, final String base64)
    {
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
