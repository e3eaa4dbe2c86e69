// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the words that Go accepts for true and false ({@code strconv.ParseBool}). */
final class GoBoolean implements ITypeConverter<Boolean>
{
    @Override
    public Boolean convert(final String value)
    {
        return switch (value)
        {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new TypeConversionException("'" + value + "' is neither true nor false");
        };
    }
}
