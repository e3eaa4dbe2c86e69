// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.http;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads a private key in PEM: PKCS#8 directly; PKCS#1 (RSA) and SEC 1 (EC), which the JDK cannot read, are
 * wrapped in PKCS#8 first.
 */
final class PemKey
{
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;

    /** In SEC 1 the curve is the optional element [0]. */
    private static final int CURVE = 0xA0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    /** rsaEncryption (1.2.840.113549.1.1.1) and its parameters, NULL. */
    private static final byte[] RSA =
        {0x06, 0x09, 0x2A, (byte)0x86, 0x48, (byte)0x86, (byte)0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};

    /** id-ecPublicKey (1.2.840.10045.2.1); the curve follows it. */
    private static final byte[] EC = {0x06, 0x07, 0x2A, (byte)0x86, 0x48, (byte)0xCE, 0x3D, 0x02, 0x01};

    private PemKey()
    {
    }

    /** @throws IllegalArgumentException if no key can be read; one line that names the text. */
    static PrivateKey read(final Pem pem)
    {
        for (final PemBlock block : PemBlock.all(pem))
        {
            if (!block.label().endsWith("PRIVATE KEY"))
            {
                continue;
            }
            if (block.label().startsWith("ENCRYPTED") || block.der().length == 0)
            {
                throw new IllegalArgumentException(pem.name() + ": the private key is encrypted; decrypt it first");
            }
            return key(pem.name(), block);
        }
        throw new IllegalArgumentException(pem.name() + ": no PEM private key in it");
    }

    private static PrivateKey key(final String name, final PemBlock block)
    {
        try
        {
            return switch (block.label())
            {
                case "PRIVATE KEY" -> pkcs8(block.der());
                case "RSA PRIVATE KEY" -> generate("RSA", wrap(RSA, block.der()));
                case "EC PRIVATE KEY" -> generate("EC", wrap(join(EC, curve(block.der())), block.der()));
                default -> throw new IllegalArgumentException(name + ": " + block.label() + " is not supported");
            };
        }
        catch (final GeneralSecurityException | IndexOutOfBoundsException ex)
        {
            throw new IllegalArgumentException(
                name + ": not a usable private key (" + HttpFailure.oneLine(ex.getMessage()) + ")", ex);
        }
    }

    private static PrivateKey pkcs8(final byte[] der) throws GeneralSecurityException
    {
        GeneralSecurityException last = null;
        for (final String algorithm : List.of("RSA", "EC", "EdDSA"))
        {
            try
            {
                return generate(algorithm, der);
            }
            catch (final GeneralSecurityException ex)
            {
                last = ex;
            }
        }
        throw last;
    }

    private static PrivateKey generate(final String algorithm, final byte[] der) throws GeneralSecurityException
    {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static byte[] wrap(final byte[] algorithm, final byte[] key)
    {
        return element(SEQUENCE, join(VERSION_0, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    /** Content of element [0] of a SEC 1 key: SEQUENCE { version, key, [0] curve, [1] public key }. */
    private static byte[] curve(final byte[] sec1)
    {
        int at = contentOf(sec1, 0);
        while ((sec1[at] & 0xFF) != CURVE)
        {
            at = contentOf(sec1, at) + length(sec1, at);
        }
        final int from = contentOf(sec1, at);
        return Arrays.copyOfRange(sec1, from, from + length(sec1, at));
    }

    private static int contentOf(final byte[] der, final int element)
    {
        final int first = der[element + 1] & 0xFF;
        return element + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    /**
     * Bytes of content.
     *
     * @throws IndexOutOfBoundsException if the element claims more than there is.
     */
    private static int length(final byte[] der, final int element)
    {
        final int first = der[element + 1] & 0xFF;
        long length = first < 0x80 ? first : 0;
        for (int i = 0; first >= 0x80 && i < (first & 0x7F); i++)
        {
            length = Math.min(length << 8 | der[element + 2 + i] & 0xFF, Integer.MAX_VALUE);
        }
        Objects.checkFromIndexSize(contentOf(der, element), (int)length, der.length);
        return (int)length;
    }

    private static byte[] element(final int tag, final byte[] content)
    {
        final int length = content.length;
        final byte[] shortest = length < 0x80 ?
            new byte[]{(byte)tag, (byte)length} :
            length <= 0xFF ?
                new byte[]{(byte)tag, (byte)0x81, (byte)length} :
                new byte[]{(byte)tag, (byte)0x82, (byte)(length >> 8), (byte)length};
        return join(shortest, content);
    }

    private static byte[] join(final byte[]... parts)
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (final byte[] part : parts)
        {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
