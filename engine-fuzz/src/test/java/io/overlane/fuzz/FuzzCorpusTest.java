// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Gives each target its seeds, the inputs in {@code corpus}, and some of both with a fault, without the fuzzer. The
 * inputs whose name begins with {@code found} failed once.
 */
class FuzzCorpusTest
{
    private static final int MUTANTS = 15;

    @ParameterizedTest
    @EnumSource(Targets.class)
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldHoldForInputsOfCorpus(final Targets each) throws Exception
    {
        try (FuzzTarget target = each.make())
        {
            final List<byte[]> inputs = new ArrayList<>(target.seeds());
            assertTrue(inputs.size() > 1, "a target has seeds");
            for (final Path file : FuzzMain.files(Path.of("corpus", each.toString())))
            {
                inputs.add(Files.readAllBytes(file));
            }
            final SplittableRandom random = new SplittableRandom(1);
            final int known = inputs.size();
            for (int i = 0; i < MUTANTS; i++)
            {
                inputs.add(mutant(inputs.get(random.nextInt(known)), random));
            }
            for (int i = 0; i < inputs.size(); i++)
            {
                try
                {
                    FuzzMain.run(target, inputs.get(i));
                }
                catch (final Exception | AssertionError | StackOverflowError ex)
                {
                    throw new AssertionError(each + ", input " + i + ": " + Input.text(inputs.get(i)), ex);
                }
            }
        }
    }

    private static byte[] mutant(final byte[] input, final SplittableRandom random)
    {
        final byte[] mutant = random.nextInt(3) == 0 ?
            Arrays.copyOf(input, random.nextInt(input.length + 1)) : input.clone();
        for (int i = random.nextInt(3); i > 0 && mutant.length > 0; i--)
        {
            mutant[random.nextInt(mutant.length)] = (byte)random.nextInt();
        }
        return mutant;
    }
}
