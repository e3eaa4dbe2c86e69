/** Tests of the JSON reader. */
package io.overlane.flannel.json;
