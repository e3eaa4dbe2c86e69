// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.ebpf.assembler.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The listings of the programs, as they were reviewed. {@code -Doverlane.listings=src/test/resources/io/overlane/ebpf}
 * writes them anew.
 */
class ProgramListingTest
{
    private static final IpAddress V4 = IpAddress.parse("192.0.2.1");
    private static final IpAddress V6 = IpAddress.parse("2001:db8::1");
    private static final int PORT = 8472;
    private static final byte[] MAC = {2, 0, 0, 0, 0, (byte)0x99};

    @Test
    void shouldEncapsulateOverIpv4AsListed() throws Exception
    {
        assertListed("encap-ipv4", EncapProgram.code(V4, 16, false));
    }

    @Test
    void shouldEncapsulateOverIpv6AsListed() throws Exception
    {
        assertListed("encap-ipv6", EncapProgram.code(V6, 16, true));
    }

    @Test
    void shouldDecapsulateOverIpv6BehindTheDriverAsListed() throws Exception
    {
        assertListed("decap-ipv6", DecapProgram.code(V6, PORT, false, true));
    }

    @Test
    void shouldDecapsulateInTheDriverAsListed() throws Exception
    {
        assertListed("xdp-ipv4", XdpProgram.code(V4, PORT, true, MAC));
    }

    /** The text has the opcode, the registers and the constants of each instruction; its words follow from them. */
    private static void assertListed(final String name, final Code code) throws IOException
    {
        final String file = name + ".txt";
        final String folder = System.getProperty("overlane.listings");
        if (folder != null)
        {
            Files.writeString(Path.of(folder, file), code.toString());
        }
        try (InputStream listing = Objects.requireNonNull(ProgramListingTest.class.getResourceAsStream(file), file))
        {
            assertEquals(new String(listing.readAllBytes(), StandardCharsets.UTF_8), code.toString());
        }
    }
}
