// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** A key or a certificate in PEM, or DER behind a byte that selects the label: so DER is found quickly. */
public final class PemTarget implements FuzzTarget
{
    private static final List<String> LABELS =
        List.of("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE");

    @Override
    public void accept(final byte[] input)
    {
        final String text = new String(input, StandardCharsets.ISO_8859_1);
        read(text);
        if (input.length > 1 && !text.contains("-----BEGIN"))
        {
            read(pem(LABELS.get((input[0] & 0xFF) % LABELS.size()), Arrays.copyOfRange(input, 1, input.length)));
        }
    }

    private static void read(final String text)
    {
        final Pem pem = new Pem("fuzz.pem", text);
        refusedWell(() -> PemKey.read(pem));
        refusedWell(() -> PemTls.context(pem, null, null));
    }

    private static void refusedWell(final Supplier<?> reading)
    {
        try
        {
            assertNotNull(reading.get());
        }
        catch (final IllegalArgumentException ex)
        {
            Input.assertOneLine(ex);
            assertTrue(ex.getMessage().startsWith("fuzz.pem: "), ex.getMessage());
        }
    }

    private static String pem(final String label, final byte[] der)
    {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label +
            "-----\n";
    }

    @Override
    public List<byte[]> seeds() throws Exception
    {
        final KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        final byte[] pkcs8 = generator.generateKeyPair().getPrivate().getEncoded();
        // The key of SEC 1 lies in that of PKCS #8, behind the names of the algorithm and the curve.
        final byte[] sec1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        final List<byte[]> seeds = new ArrayList<>();
        seeds.add(Input.of(pem("PRIVATE KEY", pkcs8)));
        seeds.add(concat(0, pkcs8));
        seeds.add(concat(1, sec1));
        seeds.add(concat(1, new byte[]{
            0x30, 0x0E, 2, 1, 1, 4, 1, 5, (byte)0xA0, 6, 6, 4, 0x2B, (byte)0x81, 4, 0}));
        seeds.add(Input.of("-----BEGIN ENCRYPTED PRIVATE KEY-----\nQUJD\n-----END ENCRYPTED PRIVATE KEY-----\n"));
        return seeds;
    }

    private static byte[] concat(final int first, final byte[] rest)
    {
        final byte[] all = new byte[rest.length + 1];
        all[0] = (byte)first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
