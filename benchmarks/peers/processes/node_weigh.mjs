export default (data) => data.length + data[0] + data[data.length - 1];
