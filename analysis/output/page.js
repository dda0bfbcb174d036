/* Sort a table by the column whose heading is clicked, or by the keyboard. */
(function () {
  'use strict';

  function value(cell, kind) {
    var text = cell.textContent;
    if (cell.hasAttribute('data-unknown')) return null;
    if (kind === 'number') return Number(text.split(',').join(''));
    return kind === 'hex' ? text.padStart(16, '0') : text;
  }

  function sort(th) {
    var body = th.closest('table').tBodies[0];
    var kind = th.dataset.kind;
    var before = th.getAttribute('aria-sort');
    var down = before ? before === 'ascending' : kind !== 'text';
    var rows = Array.from(body.rows, function (row) {
      return { row: row, value: value(row.cells[th.cellIndex], kind) };
    });
    rows.sort(function (a, b) {
      /* unknown values are last in either direction */
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return ((a.value > b.value) - (b.value > a.value)) * (down ? -1 : 1);
    });
    rows.forEach(function (entry) { body.appendChild(entry.row); });
    th.parentNode.querySelectorAll('th').forEach(function (other) { other.removeAttribute('aria-sort'); });
    th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  }

  document.querySelectorAll('th[data-kind]').forEach(function (th) {
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = th.textContent;
    button.addEventListener('click', function () { sort(th); });
    th.replaceChildren(button);
  });
})();
