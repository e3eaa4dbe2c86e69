/** The longest match, against a search through all prefixes. */
package io.overlane.route;
