// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.assembler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes of each kind of instruction are those of RFC 9669, worked out by hand; LLVM reads them the same way. */
class AssemblerTest
{
    /**
     * One instruction.
     *
     * @param bytes as RFC 9669 has them, in hexadecimal.
     * @param text  of the listing, which is the kernel's.
     * @param llvm  what LLVM makes of the bytes; empty if its version of 2022 does not know the instruction.
     */
    private record Sample(Consumer<Assembler> source, String bytes, String text, String llvm)
    {
        @Override
        public String toString()
        {
            return text;
        }
    }

    private static Sample sample(
        final String bytes, final String text, final String llvm, final Consumer<Assembler> source)
    {
        return new Sample(source, bytes, text, llvm);
    }

    private static Stream<Sample> samples()
    {
        return Stream.of(
            // Arithmetic with 64 bits: class 7; the source bit 8 is set for registers.
            sample("07 01 0000 05000000", "r1 += 5", "r1 += 5", a -> a.alu(Alu.ADD, Register.R1, 5)),
            sample("0f 21 0000 00000000", "r1 += r2", "r1 += r2", a -> a.alu(Alu.ADD, Register.R1, Register.R2)),
            sample("17 01 0000 ffffffff", "r1 -= -1", "r1 -= -1", a -> a.alu(Alu.SUB, Register.R1, -1)),
            sample("27 01 0000 03000000", "r1 *= 3", "r1 *= 3", a -> a.alu(Alu.MUL, Register.R1, 3)),
            sample("3f 93 0000 00000000", "r3 /= r9", "r3 /= r9", a -> a.alu(Alu.DIV, Register.R3, Register.R9)),
            sample("47 01 0000 40000000", "r1 |= 64", "r1 |= 64", a -> a.alu(Alu.OR, Register.R1, 64)),
            sample("57 01 0000 ff000000", "r1 &= 255", "r1 &= 255", a -> a.alu(Alu.AND, Register.R1, 255)),
            sample("67 01 0000 10000000", "r1 <<= 16", "r1 <<= 16", a -> a.alu(Alu.LSH, Register.R1, 16)),
            sample("77 01 0000 10000000", "r1 >>= 16", "r1 >>= 16", a -> a.alu(Alu.RSH, Register.R1, 16)),
            sample("97 01 0000 07000000", "r1 %= 7", "", a -> a.alu(Alu.MOD, Register.R1, 7)),
            sample("af 21 0000 00000000", "r1 ^= r2", "r1 ^= r2", a -> a.alu(Alu.XOR, Register.R1, Register.R2)),
            sample("bf 16 0000 00000000", "r6 = r1", "r6 = r1", a -> a.alu(Alu.MOV, Register.R6, Register.R1)),
            sample("b7 00 0000 00000000", "r0 = 0", "r0 = 0", a -> a.alu(Alu.MOV, Register.R0, 0)),
            sample("c7 01 0000 08000000", "r1 s>>= 8", "r1 s>>= 8", a -> a.alu(Alu.ARSH, Register.R1, 8)),
            // Arithmetic with 32 bits: class 4.
            sample("04 02 0000 05000000", "w2 += 5", "w2 += 5", a -> a.alu32(Alu.ADD, Register.R2, 5)),
            sample("5c 32 0000 00000000", "w2 &= w3", "w2 &= w3", a -> a.alu32(Alu.AND, Register.R2, Register.R3)),
            sample("b4 00 0000 feffffff", "w0 = -2", "w0 = -2", a -> a.alu32(Alu.MOV, Register.R0, -2)),
            sample("bc 10 0000 00000000", "w0 = w1", "w0 = w1", a -> a.alu32(Alu.MOV, Register.R0, Register.R1)),
            sample("dc 01 0000 10000000", "r1 = be16 r1", "r1 = be16 r1",
                a -> a.bigEndian(Register.R1, Width.HALF)),
            sample("dc 01 0000 40000000", "r1 = be64 r1", "r1 = be64 r1",
                a -> a.bigEndian(Register.R1, Width.LONG)),
            // Loads: class 1, mode 0x60; the size is 0 (4 bytes), 8 (2), 0x10 (1) or 0x18 (8).
            sample("61 12 4c00 00000000", "r2 = *(u32 *)(r1 +76)", "r2 = *(u32 *)(r1 + 76)",
                a -> a.load(Width.WORD, Register.R2, Register.R1, 76)),
            sample("69 12 0c00 00000000", "r2 = *(u16 *)(r1 +12)", "r2 = *(u16 *)(r1 + 12)",
                a -> a.load(Width.HALF, Register.R2, Register.R1, 12)),
            sample("71 72 0000 00000000", "r2 = *(u8 *)(r7 +0)", "r2 = *(u8 *)(r7 + 0)",
                a -> a.load(Width.BYTE, Register.R2, Register.R7, 0)),
            sample("79 a2 f8ff 00000000", "r2 = *(u64 *)(r10 -8)", "r2 = *(u64 *)(r10 - 8)",
                a -> a.load(Width.LONG, Register.R2, Register.R10, -8)),
            // Stores: class 3 from a register, 2 of a constant.
            sample("63 2a fcff 00000000", "*(u32 *)(r10 -4) = r2", "*(u32 *)(r10 - 4) = r2",
                a -> a.store(Width.WORD, Register.R10, -4, Register.R2)),
            sample("7b 1a f0ff 00000000", "*(u64 *)(r10 -16) = r1", "*(u64 *)(r10 - 16) = r1",
                a -> a.store(Width.LONG, Register.R10, -16, Register.R1)),
            sample("62 0a fcff 05000000", "*(u32 *)(r10 -4) = 5", "",
                a -> a.store(Width.WORD, Register.R10, -4, 5)),
            sample("72 0a ffff 45000000", "*(u8 *)(r10 -1) = 69", "",
                a -> a.store(Width.BYTE, Register.R10, -1, 69)),
            // Atomic sum: class 3, mode 0xc0, the operation in the immediate is 0.
            sample("db 21 0800 00000000", "lock *(u64 *)(r1 +8) += r2", "lock *(u64 *)(r1 + 8) += r2",
                a -> a.atomicAdd(Width.LONG, Register.R1, 8, Register.R2)),
            sample("c3 21 0000 00000000", "lock *(u32 *)(r1 +0) += r2", "lock *(u32 *)(r1 + 0) += r2",
                a -> a.atomicAdd(Width.WORD, Register.R1, 0, Register.R2)),
            // Jumps: class 5, and 6 for 32 bits; the offset counts from the next instruction.
            sample("05 00 0100 00000000", "goto end", "goto +1", a -> a.jump("end")),
            sample("55 01 0100 05000000", "if r1 != 0x5 goto end", "if r1 != 5 goto +1",
                a -> a.jump(Condition.NE, Register.R1, 5, "end")),
            sample("1d 21 0100 00000000", "if r1 == r2 goto end", "if r1 == r2 goto +1",
                a -> a.jump(Condition.EQ, Register.R1, Register.R2, "end")),
            sample("2d 21 0100 00000000", "if r1 > r2 goto end", "if r1 > r2 goto +1",
                a -> a.jump(Condition.GT, Register.R1, Register.R2, "end")),
            sample("35 01 0100 05000000", "if r1 >= 0x5 goto end", "if r1 >= 5 goto +1",
                a -> a.jump(Condition.GE, Register.R1, 5, "end")),
            sample("45 01 0100 01000000", "if r1 & 0x1 goto end", "",
                a -> a.jump(Condition.SET, Register.R1, 1, "end")),
            sample("65 01 0100 ffffffff", "if r1 s> 0xffffffff goto end", "if r1 s> -1 goto +1",
                a -> a.jump(Condition.SGT, Register.R1, -1, "end")),
            sample("75 01 0100 00000000", "if r1 s>= 0x0 goto end", "if r1 s>= 0 goto +1",
                a -> a.jump(Condition.SGE, Register.R1, 0, "end")),
            sample("a5 01 0100 0e000000", "if r1 < 0xe goto end", "if r1 < 14 goto +1",
                a -> a.jump(Condition.LT, Register.R1, 14, "end")),
            sample("b5 01 0100 0e000000", "if r1 <= 0xe goto end", "if r1 <= 14 goto +1",
                a -> a.jump(Condition.LE, Register.R1, 14, "end")),
            sample("c5 01 0100 00000000", "if r1 s< 0x0 goto end", "if r1 s< 0 goto +1",
                a -> a.jump(Condition.SLT, Register.R1, 0, "end")),
            sample("dd 21 0100 00000000", "if r1 s<= r2 goto end", "if r1 s<= r2 goto +1",
                a -> a.jump(Condition.SLE, Register.R1, Register.R2, "end")),
            sample("16 01 0100 05000000", "if w1 == 0x5 goto end", "if w1 == 5 goto +1",
                a -> a.jump32(Condition.EQ, Register.R1, 5, "end")),
            sample("5e 21 0100 00000000", "if w1 != w2 goto end", "if w1 != w2 goto +1",
                a -> a.jump32(Condition.NE, Register.R1, Register.R2, "end")),
            sample("85 00 0000 01000000", "call bpf_map_lookup_elem#1", "call 1",
                a -> a.call(Helper.MAP_LOOKUP_ELEM)),
            sample("95 00 0000 00000000", "exit", "exit", Assembler::exit),
            // Constants of 64 bits take two slots; a map has its descriptor in the first, and 1 as source register.
            sample("18 02 0000 efcdab89 00 00 0000 67452301", "r2 = 0x123456789abcdef", "r2 = 81985529216486895 ll",
                a -> a.constant(Register.R2, 0x0123_4567_89ab_cdefL)),
            sample("18 11 0000 07000000 00 00 0000 00000000", "r1 = map fdb", "ld_pseudo\tr1, 1, 7",
                a -> a.map(Register.R1, "fdb")));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldEncodeAsTheStandardSays(final Sample sample)
    {
        final Code code = assemble(sample);

        assertEquals(sample.bytes().replace(" ", ""), hex(code).substring(0, sample.bytes().replace(" ", "").length()));
        final String line = code.toString().lines().findFirst().orElseThrow();
        assertEquals("   0: (" + sample.bytes().substring(0, 2) + ") " + sample.text(), line);
    }

    /** An independent reader of the bytes. */
    @Test
    void shouldBeReadableByLlvm() throws Exception
    {
        final List<Sample> known = samples().filter(sample -> !sample.llvm().isEmpty()).toList();
        final String bytes = known.stream()
            .flatMap(sample -> HexFormat.ofDelimiter(" 0x").formatHex(bytes(sample)).lines())
            .map(hex -> "0x" + hex)
            .collect(Collectors.joining(" "));

        final List<String> read = disassemble(bytes);

        assertEquals(known.stream().map(Sample::llvm).toList(), read);
    }

    @Test
    void shouldJumpForwardAndBackward()
    {
        final Code code = new Assembler()
            .jump("check")
            .label("next")
            .alu(Alu.ADD, Register.R0, 1)
            .constant(Register.R1, 5)
            .label("check")
            .jump(Condition.LT, Register.R0, 3, "next")
            .exit()
            .code();

        assertEquals(
            "0500030000000000" + "0700000001000000" + "1801000005000000" + "0000000000000000" + "a500fcff03000000" +
                "9500000000000000",
            hex(code));
        assertEquals(6, code.length());
    }

    @Test
    void shouldListLabelsCommentsAndMaps()
    {
        final Code code = new Assembler()
            .comment("the table of stations")
            .map(Register.R1, "stations")
            .jump(Condition.EQ, Register.R1, 0, "pass")
            .label("pass")
            .label("end")
            .exit()
            .code();

        assertEquals("""
                  ; the table of stations
               0: (18) r1 = map stations
               2: (15) if r1 == 0x0 goto pass, end
            pass, end:
               3: (95) exit
            """, code.toString());
        assertEquals(Set.of("stations"), code.maps());
    }

    @Test
    void shouldPutTheDescriptorsOfMapsIn()
    {
        final Code code = new Assembler()
            .map(Register.R1, "one").map(Register.R2, "two").map(Register.R3, "one").exit().code();

        final long[] words = code.words(name -> "one".equals(name) ? 11 : 12);

        assertArrayEquals(
            new long[]{11L << 32 | 0x1118, 0, 12L << 32 | 0x1218, 0, 11L << 32 | 0x1318, 0, 0x95}, words);
    }

    @Test
    void shouldRefuseWhatAnInstructionCannotHold()
    {
        assertRefused("no instruction has the label 'nowhere'", () -> new Assembler().jump("nowhere").exit().code());
        assertRefused("no instruction has the label 'end'", () -> new Assembler().jump("end").label("end").code());
        assertRefused("label 'a' is used twice; give one of them another name",
            () -> new Assembler().label("a").exit().label("a"));
        assertRefused("the offset is 32768, outside -32768...32767",
            () -> new Assembler().load(Width.BYTE, Register.R1, Register.R2, 32_768));
        assertRefused("an atomic sum has 4 or 8 bytes, not 2",
            () -> new Assembler().atomicAdd(Width.HALF, Register.R1, 0, Register.R2));
        assertRefused("one byte has no byte order; leave this instruction out",
            () -> new Assembler().bigEndian(Register.R1, Width.BYTE));
        final Assembler far = new Assembler().jump("end");
        for (int i = 0; i <= Short.MAX_VALUE; i++)
        {
            far.alu(Alu.MOV, Register.R0, 0);
        }
        assertRefused("the jump to 'end' is 32768, outside -32768...32767", () -> far.label("end").exit().code());
    }

    private static void assertRefused(final String message, final Runnable task)
    {
        final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, task::run);
        assertTrue(message.equals(refusal.getMessage()), refusal::getMessage);
    }

    /** The instruction, and two others behind it, so that it can jump over the first. */
    private static Code assemble(final Sample sample)
    {
        final Assembler assembler = new Assembler();
        sample.source().accept(assembler);
        return assembler.exit().label("end").exit().code();
    }

    private static byte[] bytes(final Sample sample)
    {
        return HexFormat.of().parseHex(hex(assemble(sample)).substring(0, sample.bytes().replace(" ", "").length()));
    }

    private static String hex(final Code code)
    {
        final ByteBuffer bytes = ByteBuffer.allocate(code.length() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (final long word : code.words(map -> 7))
        {
            bytes.putLong(word);
        }
        return HexFormat.of().formatHex(bytes.array());
    }

    private static List<String> disassemble(final String bytes) throws IOException, InterruptedException
    {
        final Process process;
        try
        {
            process = new ProcessBuilder("llvm-mc", "-disassemble", "-triple=bpfel").redirectErrorStream(true).start();
        }
        catch (final IOException ex)
        {
            assumeTrue(false, "no llvm-mc here; Debian's package llvm has it: " + ex.getMessage());
            throw ex;
        }
        process.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.lines().map(String::strip).filter(line -> !line.equals(".text")).toList();
    }
}
